import type { ObjectStore } from '@affinity/lake';
import { until, type ServiceProcess } from '@affinity/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folderStore, shards, startLakeSinkFixture, type LakeSinkFixture } from './lake-sink-fixture';
import { bufferedBytes, readiness } from './sink-probes';

/** At which a shard stores its buffer, and what one message may add to that at most. */
const flushBytes = 20_000;
const messageBytes = 1_000;

/** Limits the size of the files that a process may write: beyond it a write fails in the middle, as on a full disk. */
async function limitFileSize(sink: ServiceProcess, bytes: number | 'unlimited'): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(sink.pid), `--fsize=${bytes}:unlimited`]);
}

describe('lake-sink whose destination takes nothing', () => {
  let fixture: LakeSinkFixture;
  let sink: ServiceProcess;

  beforeEach(async () => {
    fixture = await startLakeSinkFixture();
  });

  afterEach(async () => {
    await sink.kill();
    await fixture.close();
  });

  /** Every shard waits for the same thing, and holds no more than it would store at once. */
  async function expectBackPressure(problem: string): Promise<void> {
    const everyShardWaits = async (): Promise<boolean> => {
      const { ready, text } = await readiness(sink);
      return (
        !ready && Array.from({ length: shards }, (_, shard) => `shard ${shard}`).every((one) => text.includes(one))
      );
    };
    await until(everyShardWaits, 60_000, 'every shard to wait');
    expect((await readiness(sink)).text).toContain(problem);
    const held = await bufferedBytes(sink);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(shards * (flushBytes + messageBytes));
  }

  async function expectAllOnce(ids: readonly string[], store?: ObjectStore): Promise<void> {
    const stored = async (): Promise<readonly string[]> => fixture.eventIds(store);
    await until(async () => (await stored()).length >= ids.length, 60_000, 'all events in the lake');
    expect([...(await stored())].sort()).toEqual([...ids].sort());
    await until(async () => (await readiness(sink)).ready, 20_000, 'readiness');
  }

  it('reads no further while the disk is full, says so, and stores everything once when there is room', async () => {
    const folder = join(fixture.folder, 'lake');
    const store = folderStore(folder);
    sink = await fixture.startSink({ AFFINITY_LAKE_DESTINATION: `file://${folder}` });
    const early = await fixture.publish(400, 'early');
    await expectAllOnce(early, store);
    await limitFileSize(sink, 600);
    const late = await fixture.publish(4_000, 'late');
    await expectBackPressure('the disk is full or a limit is reached (EFBIG)');
    // Nothing of what failed is visible: each object is whole.
    const stored = await fixture.eventIds(store);
    expect(stored.length).toBeLessThan(early.length + late.length);
    await limitFileSize(sink, 'unlimited');
    await expectAllOnce([...early, ...late], store);
  }, 180_000);

  it('reads no further while the bucket refuses the account, says so, and stores everything once when it is let in', async () => {
    await fixture.makeBucket();
    sink = await fixture.startSink();
    const early = await fixture.publish(400, 'early');
    await expectAllOnce(early);
    await fixture.refuseAccount(true);
    const late = await fixture.publish(4_000, 'late');
    await expectBackPressure('PERMISSION_DENIED: the object store refuses');
    await fixture.refuseAccount(false);
    await expectAllOnce([...early, ...late]);
  }, 180_000);
});
