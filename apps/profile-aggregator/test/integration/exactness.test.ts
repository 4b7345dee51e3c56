import { seededRandom, until, type ServiceProcess } from '@affinity/testing';
import { startAggregatorFixture, type AggregatorFixture, type TestEvent } from './aggregator-fixture';

const weights: Readonly<Record<string, number>> = { view: 1, park: 5, unpark: -5 };
const dayMs = 86_400_000;

function randomEvents(count: number, seed: number): TestEvent[] {
  const random = seededRandom(seed);
  const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)] ?? '';
  return Array.from({ length: count }, (_, i) => ({
    eventId: `e${i}`,
    userId: `u${Math.floor(random() ** 2 * 60)}`,
    eventType: pick(['view', 'view', 'view', 'park', 'unpark']),
    itemId: `i${Math.floor(random() * 40)}`,
    occurredAt: new Date(Date.now() - Math.floor(random() * 3) * dayMs),
    colour: pick(['red', 'blue', 'green', 'black']),
    price: Math.floor(random() * 30_000),
  }));
}

/** What a plain loop over the events counts: user and day -> events, weight by colour, weight by item, sum of prices seen. */
function countNaively(events: readonly TestEvent[]): Record<string, unknown> {
  const counts: Record<
    string,
    { events: number; colours: Record<string, number>; items: Record<string, number>; added: number[] }
  > = {};
  for (const event of events) {
    const key = `${event.userId} ${event.occurredAt.toISOString().slice(0, 10)}`;
    const tile = (counts[key] ??= { events: 0, colours: {}, items: {}, added: [0, 0] });
    const weight = weights[event.eventType]!;
    tile.events += 1;
    tile.colours[event.colour] = (tile.colours[event.colour] ?? 0) + weight;
    tile.items[event.itemId] = (tile.items[event.itemId] ?? 0) + weight;
    if (weight > 0) tile.added = [tile.added[0]! + weight, tile.added[1]! + weight * event.price];
  }
  return counts;
}

async function countStored(fixture: AggregatorFixture, kind: 'user' | 'population'): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {};
  for (const { key, tile } of await fixture.storedTiles()) {
    if (key.owner.kind !== kind) continue;
    const owner = key.owner.kind === 'user' ? key.owner.profileKey : `p${key.owner.partition}`;
    const colour = tile.dimensions.get('colour');
    const item = tile.dimensions.get('item');
    const price = tile.dimensions.get('price');
    if (colour?.kind !== 'categorical' || item?.kind !== 'item' || price?.kind !== 'numeric')
      throw new Error('a dimension is missing');
    counts[`${owner} ${new Date(key.day * dayMs).toISOString().slice(0, 10)}`] = {
      events: tile.eventCount,
      colours: Object.fromEntries(colour.weights),
      items: Object.fromEntries([...item.items].map(([id, { weight }]) => [id, weight])),
      added: [price.added.weight, Math.round(price.added.weight * price.added.mean)],
    };
  }
  return counts;
}

function totalEvents(counts: Record<string, unknown>): number {
  return Object.values(counts).reduce((sum: number, tile) => sum + (tile as { events: number }).events, 0);
}

/** Waits until every event is in both kinds of tiles, which are flushed each at their own pace, and compares the counts. */
async function expectExactCounts(fixture: AggregatorFixture, events: readonly TestEvent[]): Promise<void> {
  for (const kind of ['user', 'population'] as const)
    await until(
      async () => totalEvents(await countStored(fixture, kind)) >= events.length,
      60_000,
      `all events in the ${kind} tiles`,
    );
  expect(await countStored(fixture, 'user')).toEqual(countNaively(events));
  expect(totalEvents(await countStored(fixture, 'population'))).toBe(events.length);
}

async function publishAll(fixture: AggregatorFixture, events: readonly TestEvent[]): Promise<void> {
  const queue = [...events];
  const worker = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) await fixture.publish(event);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

describe('profile-aggregator', () => {
  let fixture: AggregatorFixture;
  const running: ServiceProcess[] = [];
  const start = async (over?: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const started = await fixture.startAggregator({
      AFFINITY_LEASE_TTL_MS: '1000',
      AFFINITY_POPULATION_FLUSH_MS: '300',
      ...over,
    });
    running.push(started);
    return started;
  };

  beforeEach(async () => {
    fixture = await startAggregatorFixture();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill()));
    await fixture.close();
  });

  it('counts each event once while it is killed again and again', async () => {
    const events = randomEvents(6_000, 1);
    const aggregator = await start();
    const publishing: Promise<void>[] = [];
    for (let kill = 0; kill < 3; kill += 1) {
      const before = totalEvents(await countStored(fixture, 'user'));
      publishing.push(publishAll(fixture, events.slice(kill * 2_000, (kill + 1) * 2_000)));
      await until(
        async () => totalEvents(await countStored(fixture, 'user')) > before,
        20_000,
        'progress before a kill',
      );
      await aggregator.kill();
      await aggregator.restart();
    }
    await Promise.all(publishing);
    await expectExactCounts(fixture, events);
  }, 120_000);

  it('counts each event once while replicas join, hang, come back and leave', async () => {
    const events = randomEvents(6_000, 2);
    const first = await start();
    const publishing = publishAll(fixture, events);
    const second = await start();
    first.pause();
    await until(
      async () => totalEvents(await countStored(fixture, 'user')) > 500,
      20_000,
      'the second replica to take over',
    );
    first.resume();
    const third = await start();
    expect(await second.stop()).toMatchObject({ code: 0 });
    await publishing;
    await expectExactCounts(fixture, events);
    expect(await third.stop()).toMatchObject({ code: 0 });
  }, 120_000);

  it('goes on after the stream’s server was killed, counting each event once', async () => {
    const events = randomEvents(4_000, 3);
    await start();
    const publishing = publishAll(fixture, events);
    await until(async () => totalEvents(await countStored(fixture, 'user')) > 200, 20_000, 'the first events');
    await fixture.stack.services.nats.kill();
    await fixture.stack.services.nats.restart();
    await publishing;
    await expectExactCounts(fixture, events);
  }, 120_000);
});
