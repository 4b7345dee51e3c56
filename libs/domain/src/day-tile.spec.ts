import fc from 'fast-check';
import { emptyTile, mergeState, mergeTile, type DayTile } from './day-tile';
import { emptyCategorical } from './categorical-state';
import { emptyNumeric } from './numeric-state';
import type { AttributeValue, Interaction } from './interaction';
import { parseSchema } from './schema-parse';
import type { Schema } from './schema';
import { foldInteraction } from './tile-fold';
import { sameTile } from './tile-comparison.fixture';

const schema = ((): Schema => {
  const parsed = parseSchema({
    version: 'test',
    event_types: { view: 1, park: 5, unpark: -5 },
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'equipment', kind: 'categorical' },
      { name: 'price', kind: 'numeric' },
      { name: 'price_range', kind: 'range', source: 'price', edges: [0, 100, 1_000] },
    ],
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

const attributes = fc.record({
  colour: fc.constantFrom('red', 'blue', 'green'),
  equipment: fc.subarray(['abs', 'led', 'gps']),
  price: fc.double({ min: -1e4, max: 1e6, noNaN: true }),
});

const interaction: fc.Arbitrary<Interaction> = fc
  .record({
    eventId: fc.uuid(),
    eventType: fc.constantFrom('view', 'park', 'unpark'),
    itemId: fc.constantFrom('i1', 'i2', 'i3'),
    occurredAtMs: fc.integer({ min: 0, max: 86_399_999 }),
    attributes,
  })
  .map((event) => ({
    ...event,
    profileKey: 'u',
    receivedAtMs: event.occurredAtMs,
    attributes: new Map<string, AttributeValue>(Object.entries(event.attributes)),
  }));

const interactions = fc.array(interaction, { maxLength: 30 });

function tileOf(events: readonly Interaction[]): DayTile {
  const tile = emptyTile();
  for (const event of events) foldInteraction(tile, event, { schema, limits: { sketches: true } });
  return tile;
}

function merged(...tiles: readonly DayTile[]): DayTile {
  const sum = emptyTile();
  for (const tile of tiles) mergeTile(sum, tile);
  return sum;
}

function scaled(tile: DayTile, factor: number): DayTile {
  const result = emptyTile();
  mergeTile(result, tile, factor);
  return result;
}

describe('day tiles', () => {
  it('merge associatively', () => {
    fc.assert(
      fc.property(interactions, interactions, interactions, (a, b, c) => {
        const [x, y, z] = [tileOf(a), tileOf(b), tileOf(c)];
        expect(merged(merged(x, y), z)).toEqual(sameTile(merged(x, merged(y, z))));
      }),
    );
  });

  it('merge commutatively', () => {
    fc.assert(
      fc.property(interactions, interactions, (a, b) => {
        expect(merged(tileOf(a), tileOf(b))).toEqual(sameTile(merged(tileOf(b), tileOf(a))));
      }),
    );
  });

  it('have the empty tile as identity', () => {
    fc.assert(
      fc.property(interactions, (events) => {
        expect(merged(tileOf(events), emptyTile())).toEqual(sameTile(tileOf(events)));
        expect(merged(emptyTile(), tileOf(events))).toEqual(sameTile(tileOf(events)));
      }),
    );
  });

  it('of the parts merge to the tile of the whole', () => {
    fc.assert(
      fc.property(interactions, fc.nat(30), (events, at) => {
        const parts = merged(tileOf(events.slice(0, at)), tileOf(events.slice(at)));
        expect(parts).toEqual(sameTile(tileOf(events)));
      }),
    );
  });

  it('decay alike before and after merging, and by the product of two factors', () => {
    const factor = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(interactions, interactions, factor, factor, (a, b, f, g) => {
        const [x, y] = [tileOf(a), tileOf(b)];
        expect(scaled(merged(x, y), f)).toEqual(sameTile(merged(scaled(x, f), scaled(y, f))));
        expect(scaled(scaled(x, f), g)).toEqual(sameTile(scaled(x, f * g)));
      }),
    );
  });

  it('do not merge states of different kinds', () => {
    expect(() => mergeState(emptyCategorical(), emptyNumeric())).toThrow(TypeError);
  });
});

describe('foldInteraction', () => {
  const event = (over: Partial<Interaction>): Interaction => ({
    eventId: 'e',
    profileKey: 'u',
    eventType: 'view',
    itemId: 'i1',
    occurredAtMs: 5,
    receivedAtMs: 5,
    attributes: new Map<string, AttributeValue>([['colour', 'red']]),
    ...over,
  });

  it('counts signed weights by event type, and what is taken away again leaves nothing', () => {
    const tile = tileOf([event({ eventType: 'park' }), event({ eventType: 'unpark' })]);
    expect(tile.dimensions.get('colour')).toEqual({
      kind: 'categorical',
      weights: new Map([['red', 0]]),
      otherWeight: 0,
    });
    expect(tile.eventCount).toBe(2);
  });

  it('puts values beyond the cap into the remainder, first come first served', () => {
    const tile = emptyTile();
    for (const colour of ['red', 'blue', 'green', 'red']) {
      foldInteraction(tile, event({ attributes: new Map([['colour', colour]]) }), { schema, limits: { cap: 2 } });
    }
    const expected = new Map([
      ['red', 2],
      ['blue', 1],
    ]);
    expect(tile.dimensions.get('colour')).toEqual({ kind: 'categorical', weights: expected, otherWeight: 1 });
  });

  it('keeps the values of a tile within the bytes of a stored item', () => {
    const tile = emptyTile();
    for (let i = 0; i < 3_000; i += 1)
      foldInteraction(tile, event({ itemId: `${i}`.padEnd(256, 'x') }), { schema, limits: { cap: 5_000 } });
    const items = tile.dimensions.get('item');
    expect(items?.kind === 'item' && items.items.size).toBe(Math.floor((300_000 - 27) / (256 + 24)));
    expect(items?.kind === 'item' && items.otherWeight).toBe(3_000 - 1_071);
    expect(tile.valueBytes).toBeLessThanOrEqual(300_000);
  });

  it('says which dimensions changed', () => {
    expect(foldInteraction(emptyTile(), event({}), { schema })).toEqual(['colour', 'item']);
    expect(foldInteraction(emptyTile(), event({ eventType: 'unknown' }), { schema })).toEqual([]);
  });
});
