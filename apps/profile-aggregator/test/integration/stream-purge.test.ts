import {
  createDynamoClient,
  createDynamoReaderRegistry,
  DynamoCheckpointStore,
  tableNames,
} from '@affinity/profile-storage';
import { until } from '@affinity/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventsStream } from '@affinity/contracts';
import { partitions, startAggregatorFixture, type AggregatorFixture, type TestEvent } from './aggregator-fixture';

let counter = 0;

function eventOf(userId: string): TestEvent {
  counter += 1;
  return {
    eventId: `e${counter}`,
    userId,
    eventType: 'view',
    itemId: 'i',
    occurredAt: new Date(),
    colour: 'red',
    price: 1_000,
  };
}

describe('the purge of the stream', () => {
  let fixture: AggregatorFixture;

  beforeAll(async () => {
    fixture = await startAggregatorFixture();
  });

  afterAll(() => fixture.close());

  it('takes what every registered reader has read, idle partitions included, and nothing else', async () => {
    const manager = await jetstreamManager(fixture.connection);
    const stored = async (): Promise<number> => (await manager.streams.info(eventsStream)).state.messages;
    const eventsOf = async (userId: string): Promise<number> =>
      (await fixture.storedTiles())
        .filter(({ key }) => key.owner.kind === 'user' && key.owner.profileKey === userId)
        .reduce((sum, { tile }) => sum + tile.eventCount, 0);

    const prefix = fixture.env['AFFINITY_DYNAMO_TABLE_PREFIX'] ?? '';
    const table = tableNames(prefix).control;
    const client = createDynamoClient({
      dynamoEndpoint: fixture.stack.addresses.dynamodb.endpoint,
      dynamoRegion: fixture.stack.addresses.dynamodb.region,
      dynamoTablePrefix: prefix,
    });
    await createDynamoReaderRegistry({ client, table }).register('slow-reader', 1);
    const slow = new DynamoCheckpointStore({ client, table, reader: 'slow-reader' });

    for (let i = 0; i < 20; i += 1) await fixture.publish(eventOf('ann'));
    const aggregator = await fixture.startAggregator({
      AFFINITY_POPULATION_FLUSH_MS: '100',
      AFFINITY_IDLE_CHECKPOINT_MS: '200',
      AFFINITY_PURGE_EVERY_MS: '200',
      AFFINITY_PURGE_KEEP_FOR_MS: '0',
    });
    try {
      await until(async () => (await eventsOf('ann')) === 20, 20_000, 'all events to be counted');
      expect(await stored()).toBe(20);

      const fifth = await manager.streams.getMessage(eventsStream, { seq: 5 });
      const timestampNs =
        BigInt(Date.parse(fifth!.timestamp)) * 1_000_000n + BigInt(fifth!.timestamp.slice(23, -1).padEnd(6, '0'));
      await slow.write(0, { mark: { sequence: 5, timestampNs }, version: 1, writer: 'w' }, 0);
      await until(async () => (await stored()) === 16, 20_000, 'a purge up to the slow reader');

      await createDynamoReaderRegistry({ client, table }).register('slow-reader', 0);
      await until(async () => (await stored()) <= 1, 20_000, 'a purge up to the last message');

      await aggregator.kill();
      await fixture.publish(eventOf('ann'));
      await aggregator.restart();
      await until(async () => (await eventsOf('ann')) === 21, 20_000, 'the event after the restart');
      expect(partitions).toBeGreaterThan(1);
    } finally {
      await aggregator.kill();
      client.destroy();
    }
  }, 90_000);
});
