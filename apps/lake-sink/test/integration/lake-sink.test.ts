import { until, type ServiceProcess } from '@affinity/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { join } from 'node:path';
import {
  folderStore,
  partitions,
  shards,
  startLakeSinkFixture,
  type LakeObject,
  type LakeSinkFixture,
} from './lake-sink-fixture';
import { bufferedBytes, readiness } from './sink-probes';

/** Lines of a shard's objects ascend, and belong to the shard's partitions. */
function expectUnbrokenRanges(objects: readonly LakeObject[]): void {
  for (let shard = 0; shard < shards; shard += 1) {
    const ranges = objects.filter((object) => object.shard === shard);
    const sorted = ranges.toSorted((left, right) => left.first.sequence - right.first.sequence);
    let last = 0;
    for (const { first, last: end, lines } of sorted) {
      expect(first.sequence).toBeGreaterThan(last);
      expect(lines.every(({ sequence }) => sequence >= first.sequence && sequence <= end.sequence)).toBe(true);
      expect(lines.every(({ partition }) => partition % shards === shard)).toBe(true);
      last = end.sequence;
    }
  }
}

describe('lake-sink', () => {
  let fixture: LakeSinkFixture;
  const running: ServiceProcess[] = [];
  const start = async (over?: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const started = await fixture.startSink(over);
    running.push(started);
    return started;
  };
  const expectAllOnce = async (ids: readonly string[], timeoutMs = 60_000): Promise<void> => {
    await until(async () => (await fixture.countEventIds()) >= ids.length, timeoutMs, 'all events in the lake');
    expect((await fixture.eventIds()).sort()).toEqual([...ids].sort());
    expectUnbrokenRanges(await fixture.objects());
  };

  beforeEach(async () => {
    fixture = await startLakeSinkFixture();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((sink) => sink.kill()));
    await fixture.close();
  });

  it('stores 12,000 events once while it is killed again and again and answers of the object store are lost', async () => {
    await fixture.makeBucket();
    fixture.proxy.setFaults({ dropAnswerRate: 0.2, errorRate: 0.1 });
    const sink = await start();
    const publishing: Promise<readonly string[]>[] = [];
    for (let kill = 0; kill < 4; kill += 1) {
      const before = await fixture.countEventIds();
      publishing.push(fixture.publish(3_000, `part${kill}-`));
      await until(
        async () => (await fixture.countEventIds()) > before + 200,
        30_000,
        'events in the lake before a kill',
      );
      await sink.kill();
      await sink.restart();
    }
    await expectAllOnce((await Promise.all(publishing)).flat());
    expect(fixture.proxy.counts().dropped).toBeGreaterThan(0);
  }, 180_000);

  it('stores each event once while replicas with other buffers join, hang, come back and leave', async () => {
    await fixture.makeBucket();
    const first = await start({ AFFINITY_LAKE_FLUSH_BYTES: '30000' });
    const publishing = fixture.publish(8_000);
    await until(async () => (await fixture.countEventIds()) > 100, 20_000, 'the first events in the lake');
    first.pause();
    const second = await start({ AFFINITY_LAKE_FLUSH_BYTES: '7000' });
    const before = await fixture.countEventIds();
    await until(async () => (await fixture.countEventIds()) > before, 30_000, 'the second replica to take over');
    first.resume();
    await start({ AFFINITY_LAKE_FLUSH_BYTES: '11000', AFFINITY_LAKE_FLUSH_MS: '50' });
    expect(await second.stop()).toMatchObject({ code: 0 });
    await expectAllOnce(await publishing);
  }, 120_000);

  it('stores what it has read when it is told to stop, and goes on after it', async () => {
    await fixture.makeBucket();
    const patient = { AFFINITY_LAKE_FLUSH_BYTES: '5000000', AFFINITY_LAKE_FLUSH_MS: '300000' };
    const sink = await start(patient);
    const ids = await fixture.publish(500, 'early');
    await until(async () => (await bufferedBytes(sink)) > 50_000, 20_000, 'events in the buffer');
    expect(await fixture.objects()).toEqual([]);
    expect(await sink.stop()).toMatchObject({ code: 0 });
    const early = await fixture.eventIds();
    expect(early.length).toBeGreaterThan(0);
    await start();
    await expectAllOnce([...ids, ...(await fixture.publish(500, 'late'))]);
  }, 60_000);

  it('moves the checkpoints of shards without messages, and still stores each event once', async () => {
    await fixture.makeBucket();
    const idleMs = { AFFINITY_IDLE_CHECKPOINT_MS: '100' };
    const sink = await start(idleMs);
    const first = await fixture.publishOf('one-visitor', 10);
    const reached = async (sequence: number): Promise<boolean> =>
      (await fixture.checkpoints()).every((mark) => mark !== undefined && mark.sequence >= sequence);
    await until(() => reached(10), 30_000, 'every shard to have moved past the events of one');
    const rest = await fixture.publish(500);
    await sink.kill();
    await sink.restart();
    await expectAllOnce([...first, ...rest]);
  }, 120_000);

  it('waits, unready, while the bucket refuses, and recovers by itself', async () => {
    const sink = await start();
    const ids = await fixture.publish(300);
    const refused = await until(
      async () => {
        const { ready, text } = await readiness(sink);
        return !ready && text.includes('shard 0') && text;
      },
      20_000,
      'the problem in /readyz',
    );
    expect(refused).toContain('bucket does not exist');
    await fixture.makeBucket();
    await expectAllOnce(ids);
    await until(async () => (await readiness(sink)).ready, 10_000, 'readiness');
    fixture.proxy.setFaults({ errorRate: 1 });
    const more = await fixture.publish(300, 'more');
    await until(async () => !(await readiness(sink)).ready, 20_000, 'the failing store in /readyz');
    fixture.proxy.setFaults({ errorRate: 0 });
    await expectAllOnce([...ids, ...more]);
    await until(async () => (await readiness(sink)).ready, 10_000, 'readiness');
  }, 90_000);

  it('stops within its grace while the object store is away, and loses nothing', async () => {
    await fixture.makeBucket();
    const sink = await start({ AFFINITY_SHUTDOWN_GRACE_MS: '3000' });
    const ids = await fixture.publish(100);
    await expectAllOnce(ids);
    fixture.proxy.setFaults({ errorRate: 1 });
    const more = await fixture.publish(100, 'more');
    await until(async () => !(await readiness(sink)).ready, 20_000, 'the failing store in /readyz');
    expect(await sink.stop()).toMatchObject({ code: 0 });
    fixture.proxy.setFaults({ errorRate: 0 });
    await start();
    await expectAllOnce([...ids, ...more]);
  }, 60_000);

  it('passes over what it cannot read, which goes to the dead letters', async () => {
    await fixture.makeBucket();
    await fixture.publishNoise(partitions - 1);
    const ids = await fixture.publish(100);
    await start();
    await expectAllOnce(ids);
    const manager = await jetstreamManager(fixture.connection);
    await until(
      async () => (await manager.streams.info('DEAD_LETTERS')).state.messages === 1,
      10_000,
      'the dead letter',
    );
    expect(
      await manager.streams.getMessage('DEAD_LETTERS', { last_by_subj: 'dead-letters.lake-sink.7' }),
    ).not.toBeNull();
  }, 60_000);

  it('writes compressed objects to a folder, and refuses to go on with another layout', async () => {
    const folder = join(fixture.folder, 'lake');
    const env = { AFFINITY_LAKE_DESTINATION: `file://${folder}`, AFFINITY_LAKE_COMPRESSION: 'gzip' };
    const sink = await start(env);
    const ids = await fixture.publish(1_000);
    const store = folderStore(folder);
    await until(async () => (await fixture.eventIds(store)).length >= ids.length, 20_000, 'all events in the folder');
    expect((await fixture.eventIds(store)).sort()).toEqual([...ids].sort());
    expect((await fixture.objects(store)).every(({ key }) => key.endsWith('.ndjson.gz'))).toBe(true);
    await sink.stop();
    expect(await lastWordsOf(() => start({ ...env, AFFINITY_LAKE_SHARDS: '2' }))).toContain('was begun with');
  }, 60_000);
});

/** The output of a sink that ends by itself with code 1, before it is ready or soon after. */
async function lastWordsOf(starting: () => Promise<ServiceProcess>): Promise<string> {
  try {
    const sink = await starting();
    expect(await sink.exited).toMatchObject({ code: 1 });
    return sink.logs();
  } catch (error) {
    expect((error as Error).message).toContain('ended before it was ready (code 1)');
    return (error as Error).message;
  }
}
