import { Journal } from '../../src/journal/journal';
import { JournalFolder } from '../../src/journal/journal-folder';
import { startPersonalize, view } from './running-personalize';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('personalize-local as a process', () => {
  it('has everything that it acknowledged after SIGKILL, and learns from repeats only once', async () => {
    let running = await startPersonalize({ AFFINITY_SNAPSHOT_BYTES: '20000' });
    try {
      const acknowledged = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const calls = Array.from({ length: 40 }, async (_, call) => {
          const events = Array.from({ length: 10 }, (_, i) =>
            view(`i${(call * 10 + i) % 37}`, { eventId: `${round}-${call}-${i}` }),
          );
          await running.putEvents(events, `u${call % 7}`);
          for (const { eventId = '' } of events) acknowledged.add(eventId);
        });
        await Promise.any(calls);
        const before = running;
        const [restarted] = await Promise.all([running.killAndRestart(), Promise.allSettled(calls)]);
        running = restarted;
        before.events.destroy();
        before.runtime.destroy();
      }
      expect(acknowledged.size).toBeGreaterThanOrEqual(30);
      const learned = await running.metric('affinity_personalize_events_learned');
      expect(learned).toBeGreaterThanOrEqual(acknowledged.size);
      for (const eventId of acknowledged) await running.putEvents([view('i1', { eventId })], 'u1');
      expect(await running.metric('affinity_personalize_events_learned')).toBe(learned);
    } finally {
      await running.close();
    }
  });

  it('gives the same answers after a stop and a start, also from a snapshot', async () => {
    const running = await startPersonalize({ AFFINITY_SNAPSHOT_BYTES: '5000' });
    try {
      for (let i = 0; i < 60; i += 1) await running.view(`u${i % 5}`, `i${(i * 3) % 11}`);
      const before = [await running.recommend('u1'), await running.recommend('stranger')];
      const restarted = await running.killAndRestart();
      expect([await restarted.recommend('u1'), await restarted.recommend('stranger')]).toEqual(before);
      restarted.events.destroy();
      restarted.runtime.destroy();
    } finally {
      await running.close();
    }
  });

  it('answers the calls in flight when it is told to stop, and exits with 0', async () => {
    const running = await startPersonalize();
    try {
      const calls = Array.from({ length: 20 }, (_, i) => running.putEvents([view(`i${i}`)], `u${i}`));
      await Promise.any(calls);
      const exit = await running.service.stop();
      expect(exit).toMatchObject({ code: 0 });
      await Promise.allSettled(calls);
    } finally {
      await running.close();
    }
  });

  it('does not start with a setting that is wrong, and names it', async () => {
    await expect(startPersonalize({ AFFINITY_MAX_ITEMS: 'many' })).rejects.toThrow('AFFINITY_MAX_ITEMS');
  });
});

describe('Journal', () => {
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'affinity-journal-'));
  });

  afterEach(() => rm(path, { recursive: true }));

  async function openJournal(over: { snapshotBytes?: number; maxBytes?: number } = {}) {
    const applied: number[] = [];
    const state = {
      apply: (record: number) => void applied.push(record),
      dump: () => [...applied],
      restore: (record: unknown) => void applied.push(record as number),
    };
    const folder = await JournalFolder.open(path);
    const journal = await Journal.open<number>({
      folder,
      state,
      snapshotBytes: 1_000_000,
      maxBytes: 1_000_000,
      maxWaiting: 100,
      ...over,
    });
    return { journal, applied };
  }

  it('restores all records in order, through snapshots', async () => {
    const first = await openJournal({ snapshotBytes: 100 });
    for (let i = 0; i < 50; i += 1) await first.journal.append([i]);
    await first.journal.close();
    expect((await readdir(path)).filter((name) => name.startsWith('snapshot'))).toHaveLength(1);
    const second = await openJournal();
    expect(second.applied).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await second.journal.close();
  });

  it('cuts off a line that a crash left unfinished', async () => {
    const first = await openJournal();
    await first.journal.append([1, 2]);
    await first.journal.close();
    await appendFile(join(path, 'events-00000001.log'), '0badc0de {"half');
    const second = await openJournal();
    await second.journal.append([3]);
    await second.journal.close();
    const third = await openJournal();
    expect(third.applied).toEqual([1, 2, 3]);
    await third.journal.close();
  });

  it('refuses to start on damage inside what was acknowledged', async () => {
    const { journal } = await openJournal();
    await journal.append([1, 2, 3]);
    await journal.close();
    const file = join(path, 'events-00000001.log');
    const bytes = await readFile(file);
    bytes[9] = bytes[9]! ^ 1;
    await writeFile(file, bytes);
    await expect(openJournal()).rejects.toThrow('is damaged at byte 0');
  });

  it('keeps no more history than it may', async () => {
    const { journal } = await openJournal({ snapshotBytes: 100, maxBytes: 250 });
    for (let i = 0; i < 200; i += 1) await journal.append([i]);
    await journal.close();
    expect((await readdir(path)).filter((name) => name.startsWith('events')).length).toBeLessThanOrEqual(4);
    const { journal: reopened, applied } = await openJournal();
    expect(applied).toHaveLength(200);
    await reopened.close();
  });

  it('refuses more than may wait', async () => {
    const { journal, applied } = await openJournal();
    const first = journal.append(Array.from({ length: 100 }, (_, i) => i));
    await expect(journal.append([100])).rejects.toThrow('100 records wait');
    await first;
    await journal.append([101]);
    await journal.close();
    expect(applied).toHaveLength(101);
  });
});
