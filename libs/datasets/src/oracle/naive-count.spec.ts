import type { AttributeValue, Schema } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import type { DatasetInteraction } from '../interaction-rows';
import { countNaively } from './naive-count';

function schema(): Schema {
  return schemaOf({
    version: '1',
    event_types: { view: 1, unpark: -5, search: 0 },
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'price', kind: 'numeric' },
      { name: 'price_range', kind: 'range', source: 'price', edges: [10, 20] },
    ],
  });
}

const items = new Map<string, ReadonlyMap<string, AttributeValue>>([
  [
    'a',
    new Map<string, AttributeValue>([
      ['colour', ['red', 'blue', 'red']],
      ['price', 10],
    ]),
  ],
  [
    'b',
    new Map<string, AttributeValue>([
      ['colour', 'red'],
      ['price', 25],
    ]),
  ],
]);

function interaction(fields: Partial<DatasetInteraction>): DatasetInteraction {
  return { eventId: 'e', userId: 'u', sessionId: '', eventType: 'view', itemId: 'a', occurredAtMs: 0, ...fields };
}

describe('countNaively', () => {
  it('sums signed weights of values, each value of a list once', () => {
    const events = [interaction({ eventId: '1' }), interaction({ eventId: '2', itemId: 'b', eventType: 'unpark' })];
    const tile = countNaively(events, { items, schema: schema() }).get('u')?.get(0);
    expect(tile?.eventCount).toBe(2);
    expect(tile?.dimensions.get('colour')).toEqual({
      kind: 'weights',
      weights: new Map([
        ['red', { weight: -4, lastAtMs: 0 }],
        ['blue', { weight: 1, lastAtMs: 0 }],
      ]),
    });
    expect(tile?.dimensions.get('price')).toEqual({
      kind: 'numbers',
      samples: [
        [10, 1],
        [25, -5],
      ],
    });
    const ranges = tile?.dimensions.get('price_range');
    expect(ranges?.kind === 'weights' && [...ranges.weights.keys()]).toEqual(['[10,20)', '[20,inf)']);
  });

  it('keeps UTC days and profiles apart, anonymous visitors by session', () => {
    const tiles = countNaively(
      [
        interaction({ eventId: '1', occurredAtMs: 86_399_999 }),
        interaction({ eventId: '2', occurredAtMs: 86_400_000 }),
        interaction({ eventId: '3', userId: '', sessionId: 's' }),
      ],
      { items, schema: schema() },
    );
    expect([...tiles.keys()]).toEqual(['u', 'session:s']);
    expect([...(tiles.get('u')?.keys() ?? [])]).toEqual([0, 1]);
  });

  it('counts a repeated event id of a profile once, and of another profile again', () => {
    const events = [interaction({}), interaction({}), interaction({ userId: 'v' })];
    const tiles = countNaively(events, { items, schema: schema() });
    expect([tiles.get('u')?.get(0)?.eventCount, tiles.get('v')?.get(0)?.eventCount]).toEqual([1, 1]);
  });

  it('counts an event of weight 0, and an unknown item as nothing but itself', () => {
    const events = [
      interaction({ eventId: '1', eventType: 'search' }),
      interaction({ eventId: '2', itemId: 'unknown', occurredAtMs: 5 }),
    ];
    const tile = countNaively(events, { items, schema: schema() }).get('u')?.get(0);
    expect(tile?.eventCount).toBe(2);
    expect(tile?.dimensions).toEqual(
      new Map([['item', { kind: 'weights', weights: new Map([['unknown', { weight: 1, lastAtMs: 5 }]]) }]]),
    );
  });

  it('counts under another key when told', () => {
    const events = [interaction({ eventId: '1' }), interaction({ eventId: '2', userId: 'v' })];
    const tiles = countNaively(events, { items, schema: schema(), keyOf: () => 'all' });
    expect(tiles.get('all')?.get(0)?.eventCount).toBe(2);
  });
});
