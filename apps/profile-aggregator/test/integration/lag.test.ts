import { until, type ServiceProcess } from '@affinity/testing';
import { startAggregatorFixture, type AggregatorFixture } from './aggregator-fixture';

async function readLag(aggregator: ServiceProcess): Promise<number | undefined> {
  const response = await fetch(`http://127.0.0.1:${aggregator.port('metricsPort')}/metrics`);
  const line = /^affinity_aggregator_lag_events\{generation="1",service="profile-aggregator"\} (\d+)$/m;
  const lag = line.exec(await response.text())?.[1];
  return lag === undefined ? undefined : Number(lag);
}

function publish(fixture: AggregatorFixture, name: string, count: number): Promise<unknown> {
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      fixture.publish({
        eventId: `${name}${i}`,
        userId: `${name}-u${i}`,
        eventType: 'view',
        itemId: 'i',
        occurredAt: new Date(),
        colour: 'red',
        price: 1,
      }),
    ),
  );
}

describe('the lag that the aggregator shows', () => {
  let fixture: AggregatorFixture;

  beforeEach(async () => {
    fixture = await startAggregatorFixture({ ownDynamo: true });
  });

  afterEach(() => fixture.close());

  it('grows to the events that wait while the store is away, and falls to none', async () => {
    const events = 800;
    const few = { AFFINITY_MAX_AHEAD: '10', AFFINITY_MAX_DIRTY_TILES: '10' };
    const aggregator = await fixture.startAggregator(few);
    const { dynamodb } = fixture.stack.services;
    const counted = async (): Promise<number> =>
      (await fixture.storedTiles())
        .filter(({ key }) => key.owner.kind === 'user')
        .reduce((sum, { tile }) => sum + tile.eventCount, 0);
    try {
      // All partitions are worked on, and nothing waits.
      await publish(fixture, 'first', 100);
      await until(async () => (await counted()) === 100, 30_000, 'the first events to be counted');
      await until(async () => (await readLag(aggregator)) === 0, 30_000, 'a lag of none to be shown');
      await dynamodb.pause();
      await publish(fixture, 'e', events);
      // Of each of the 8 partitions, at most two times 10 can have been taken up.
      await until(async () => ((await readLag(aggregator)) ?? 0) >= events - 160, 30_000, 'the lag to grow');
      expect(await readLag(aggregator)).toBeLessThanOrEqual(events);
      await dynamodb.resume();
      await until(async () => (await readLag(aggregator)) === 0, 60_000, 'the lag to fall');
    } finally {
      await dynamodb.resume();
      await aggregator.kill();
    }
  }, 150_000);
});
