import { emptyTile, foldInteraction, type AttributeValue, type DayTile, type Schema } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import fc from 'fast-check';
import type { DatasetInteraction } from '../interaction-rows';
import { compareTiles, type PlacedTile } from './compare-tiles';
import { countNaively } from './naive-count';

function schema(): Schema {
  return schemaOf({
    version: '1',
    event_types: { view: 1, park: 5, unpark: -5, rate: 0.1 },
    dimensions: [
      { name: 'colour', kind: 'categorical', cap: 2 },
      { name: 'price', kind: 'numeric' },
      { name: 'price_range', kind: 'range', source: 'price', edges: [10, 20] },
    ],
    item_cap: 3,
  });
}

const items = new Map<string, ReadonlyMap<string, AttributeValue>>(
  ['a', 'b', 'c', 'd', 'e'].map((id, i) => [
    id,
    new Map<string, AttributeValue>([
      ['colour', i % 2 === 0 ? `colour ${i}` : ['red', `colour ${i}`]],
      // 1 lies on the border of two bins of a quantile sketch.
      ['price', i === 1 ? 1 : 1_000.1 * i],
    ]),
  ]),
);

const interactions = fc.array(
  fc.record({
    eventId: fc.uuid(),
    userId: fc.constantFrom('u', 'v'),
    sessionId: fc.constant(''),
    eventType: fc.constantFrom('view', 'park', 'unpark', 'rate'),
    itemId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'unknown'),
    occurredAtMs: fc.integer({ min: 0, max: 3 * 86_400_000 }),
  }),
  { maxLength: 60 },
);

/** What the domain's own fold gives for the same events: the other side of the comparison. */
function foldAll(events: readonly DatasetInteraction[]): Map<string, PlacedTile> {
  const tiles = new Map<string, PlacedTile>();
  for (const event of events) {
    const day = Math.floor(event.occurredAtMs / 86_400_000);
    const place = `${event.userId} ${day}`;
    const placed = tiles.get(place) ?? { key: event.userId, day, tile: emptyTile() };
    tiles.set(place, placed);
    const attributes = items.get(event.itemId) ?? new Map();
    foldInteraction(
      placed.tile,
      { ...event, profileKey: event.userId, attributes, receivedAtMs: event.occurredAtMs },
      { schema: schema(), limits: { sketches: true } },
    );
  }
  return tiles;
}

async function compare(events: readonly DatasetInteraction[], stored: Iterable<PlacedTile>, order?: 'any') {
  const naive = countNaively(events, { items, schema: schema() });
  return compareTiles(naive, stored, { schema: schema(), ...(order === undefined ? {} : { order }) });
}

const threeEvents: readonly DatasetInteraction[] = ['a', 'b', 'c'].map((itemId, i) => ({
  eventId: String(i),
  userId: 'u',
  sessionId: '',
  eventType: 'view',
  itemId,
  occurredAtMs: i,
}));

async function differencesAfter(change: (tile: DayTile) => void): Promise<readonly string[]> {
  const stored = foldAll(threeEvents);
  for (const { tile } of stored.values()) change(tile);
  return (await compare(threeEvents, stored.values())).differences;
}

describe('compareTiles', () => {
  it('finds no difference between the naive count and the fold of the domain, caps and negative weights included', async () => {
    await fc.assert(
      fc.asyncProperty(interactions, async (events) => {
        const report = await compare(events, foldAll(events).values());
        expect(report.differences).toEqual([]);
        expect(report.tilesCompared).toBe(foldAll(events).size);
      }),
      { numRuns: 300 },
    );
  });

  it('finds no difference when the order of arrival was another and the caller says so', async () => {
    await fc.assert(
      fc.asyncProperty(interactions, async (events) => {
        const report = await compare(events, foldAll([...events].reverse()).values(), 'any');
        expect(report.differences).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds any event that was lost or counted twice', async () => {
    await fc.assert(
      fc.asyncProperty(interactions, fc.nat(), fc.boolean(), async (events, at, lost) => {
        fc.pre(events.length > 0);
        const victim = events[at % events.length]!;
        const counted = lost ? events.filter((event) => event !== victim) : [...events, victim];
        expect((await compare(events, foldAll(counted).values())).differenceCount).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('names the place, the expectation and what was found', async () => {
    expect(await differencesAfter((tile) => (tile.eventCount += 1))).toEqual([
      'u on day 0: events: expected 3, found 4',
    ]);
    expect(await differencesAfter((tile) => tile.dimensions.delete('price'))).toEqual([
      'u on day 0, price: is missing',
    ]);
  });

  it('finds a mean that is off by more than a billionth', async () => {
    const differences = await differencesAfter((tile) => {
      const state = tile.dimensions.get('price');
      if (state?.kind === 'numeric') state.added.mean *= 1 + 1e-7;
    });
    expect(differences).toEqual([expect.stringContaining('price: added mean')]);
  });

  it('finds missing, surplus and repeated tiles', async () => {
    const [stored] = [...foldAll(threeEvents).values()];
    expect((await compare(threeEvents, [])).differences).toEqual(['u on day 0: is missing, expected 3 events']);
    expect((await compare([], [stored!])).differences).toEqual([
      'u on day 0: is stored with 3 events, expected nothing',
    ]);
    expect((await compare(threeEvents, [stored!, stored!])).differences).toEqual(['u on day 0: is stored twice']);
  });

  it('lists a bounded number of differences and counts all', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ ...threeEvents[0]!, eventId: String(i), userId: `u${i}` }));
    const report = await compare(many, []);
    expect([report.differences.length, report.differenceCount]).toEqual([20, 100]);
  });
});
