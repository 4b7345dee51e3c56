import { until, type ServiceProcess } from '@affinity/testing';
import { partitions, startAggregatorFixture, type AggregatorFixture } from './aggregator-fixture';

/** How many partitions a replica works on. */
async function partitionsOf(aggregator: ServiceProcess): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${aggregator.port('metricsPort')}/metrics`);
  return Number(/^affinity_aggregator_partitions\{[^}]*\} (\d+)$/m.exec(await response.text())?.[1]);
}

describe('handing partitions over', () => {
  let fixture: AggregatorFixture;
  const running: ServiceProcess[] = [];

  beforeEach(async () => {
    fixture = await startAggregatorFixture({ ownDynamo: true });
  });

  afterEach(async () => {
    await fixture.stack.services.dynamodb.resume();
    await Promise.all(running.splice(0).map((aggregator) => aggregator.kill()));
    await fixture.close();
  });

  it('does not wait for a store that hangs, and each event is counted once when it is back', async () => {
    const start = async (): Promise<ServiceProcess> => {
      const started = await fixture.startAggregator({ AFFINITY_HAND_OVER_MS: '500' });
      running.push(started);
      return started;
    };
    const [first, second] = [await start(), await start()];
    const shared = async (): Promise<boolean> =>
      (await partitionsOf(first)) === partitions / 2 && (await partitionsOf(second)) === partitions / 2;
    await until(shared, 30_000, 'an even share');
    second.pause();
    await until(async () => (await partitionsOf(first)) === partitions, 30_000, 'one replica to have all');
    const { dynamodb } = fixture.stack.services;
    await dynamodb.pause();
    const events = 400;
    await Promise.all(
      Array.from({ length: events }, (_, i) =>
        fixture.publish({
          eventId: `e${i}`,
          userId: `u${i}`,
          eventType: 'view',
          itemId: 'i',
          occurredAt: new Date(),
          colour: 'red',
          price: 1,
        }),
      ),
    );
    second.resume();
    await until(shared, 15_000, 'an even share again');
    await dynamodb.resume();
    const counted = async (): Promise<number> =>
      (await fixture.storedTiles())
        .filter(({ key }) => key.owner.kind === 'user')
        .reduce((sum, { tile }) => sum + tile.eventCount, 0);
    await until(async () => (await counted()) >= events, 60_000, 'all events to be counted');
    expect(await counted()).toBe(events);
  }, 150_000);
});
