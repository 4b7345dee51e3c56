import type { TileStore, TileWriteResult } from '@affinity/profile-storage';
import { firstWrite } from '@affinity/profile-storage/fixtures';
import { createManualClock, resourceExhausted, unavailable } from '@affinity/service-kit';
import { PacedTileStore } from './paced-tile-store';

const write = firstWrite({ owner: { kind: 'user', profileKey: 'u' }, day: 1, region: 'r' });

/** An instant like any other, in epoch milliseconds. */
const startAt = 1_790_000_000_000;

/** A paced store in front of one that answers as told, on a clock on which only waiting takes time. */
function setUp({ writesPerSecond = 100, answer = (): TileWriteResult => ({ kind: 'written' }) } = {}) {
  const clock = createManualClock();
  clock.advance(startAt);
  const state = { answer, writtenAt: [] as number[], written: [] as string[] };
  const inner: TileStore = {
    read: (keys) => Promise.resolve(keys.map(() => undefined)),
    write: ({ changed }) => {
      state.writtenAt.push(clock.now() - startAt);
      state.written.push(JSON.stringify([...changed]));
      return new Promise((resolve) => resolve(state.answer()));
    },
    eraseOwner: () => Promise.resolve(7),
  };
  const store = new PacedTileStore(inner, { writesPerSecond, clock });
  const writeMany = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await store.write(write);
  };
  return { clock, state, store, writeMany };
}

function throwing(error: Error): () => TileWriteResult {
  return () => {
    throw error;
  };
}

describe('PacedTileStore', () => {
  it('lets 25 writes go at once, and then so many a second', async () => {
    const { store, state, writeMany } = setUp({ writesPerSecond: 100 });
    await writeMany(76);
    const slots = [...new Set(state.writtenAt)];
    expect(slots).toEqual([0, 250, 500, 750]);
    expect(state.writtenAt.filter((at) => at === 250)).toHaveLength(25);
    expect(store.writes).toBe(76);
  });

  it('stores what a write held when it was asked for, whatever is counted while it waits', async () => {
    const { store, state } = setUp();
    const counted = { kind: 'categorical' as const, weights: new Map([['red', 1]]), otherWeight: 1 };
    const before = JSON.stringify([['colour', counted]]);
    const writing = store.write({ ...write, changed: new Map([['colour', counted]]) });
    counted.otherWeight += 1;
    await writing;
    expect(state.written).toEqual([before]);
  });

  it('saves nothing up while nobody writes', async () => {
    const { clock, state, writeMany } = setUp({ writesPerSecond: 100 });
    await writeMany(25);
    clock.advance(60_000);
    await writeMany(50);
    expect([...new Set(state.writtenAt)]).toEqual([0, 60_000, 60_250]);
  });

  it.each([
    ['throttles', resourceExhausted('throttled', 100)],
    ['is away', unavailable('away')],
  ])('writes half as fast when the store %s, and little by little faster again', async (_what, error) => {
    const { store, state, clock } = setUp({ writesPerSecond: 1_000 });
    clock.advance(5_000);
    state.answer = throwing(error);
    await expect(store.write(write)).rejects.toBe(error);
    expect(store.writesPerSecond).toBe(500);
    expect(store.writes).toBe(0);
    state.answer = () => ({ kind: 'written' });
    await store.write(write);
    expect(store.writesPerSecond).toBe(501);
    for (let i = 0; i < 600; i += 1) await store.write(write);
    expect(store.writesPerSecond).toBe(1_000);
  });

  it('slows down once for writes that fail together', async () => {
    const { store, state, clock } = setUp({ writesPerSecond: 1_000, answer: throwing(unavailable('away')) });
    clock.advance(5_000);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.write(write)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(store.writesPerSecond).toBe(500);
    clock.advance(1_000);
    await expect(store.write(write)).rejects.toThrow('away');
    expect(store.writesPerSecond).toBe(250);
    expect(state.writtenAt).toHaveLength(21);
  });

  it('never stands still', async () => {
    const { store, clock } = setUp({ writesPerSecond: 1_000, answer: throwing(unavailable('away')) });
    for (let i = 0; i < 30; i += 1) {
      clock.advance(2_000);
      await expect(store.write(write)).rejects.toThrow('away');
    }
    expect(store.writesPerSecond).toBe(5);
  });

  it('keeps its pace when a write is refused or fails for good', async () => {
    const { store, state, clock } = setUp({ writesPerSecond: 1_000 });
    clock.advance(5_000);
    state.answer = () => ({ kind: 'conflict', current: undefined });
    expect(await store.write(write)).toEqual({ kind: 'conflict', current: undefined });
    state.answer = throwing(new TypeError('a bug'));
    await expect(store.write(write)).rejects.toThrow('a bug');
    expect(store.writesPerSecond).toBe(1_000);
    expect(store.writes).toBe(1);
  });

  it('passes reads and erasures on without waiting', async () => {
    const { store, clock } = setUp();
    expect(await store.read([write.key])).toEqual([undefined]);
    expect(await store.eraseOwner(write.key.owner, write.mark)).toBe(7);
    expect(clock.sleeps).toEqual([]);
  });
});
