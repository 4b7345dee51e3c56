import { emptyTile, foldInteraction, type DayTile } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import type { StoredTile } from '@affinity/profile-storage';
import { createEventSource, type ChaosEvent } from '../load/chaos-event';
import type { AllowedCount } from './allowed-counts';
import { auditTiles, type TileAudit } from './tile-audit';

const schema = schemaOf({
  version: 'chaos',
  event_types: { view: 1, park: 5, unpark: -5 },
  dimensions: [
    { name: 'event', kind: 'categorical', cap: 2_000 },
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
  ],
});

const dayMs = 86_400_000;
const once: AllowedCount = { least: 1, most: 1 };

/** Tiles as the system makes them of events. */
function tilesOf(events: readonly ChaosEvent[]): StoredTile[] {
  const tiles = new Map<string, StoredTile>();
  for (const event of events) {
    const day = Math.floor(event.occurredAtMs / dayMs);
    const name = `${event.userId} ${day}`;
    const tile = tiles.get(name) ?? storedTile(event.userId, day);
    tiles.set(name, tile);
    count(tile.tile, event);
  }
  return [...tiles.values()];
}

function storedTile(profileKey: string, day: number): StoredTile {
  const key = { owner: { kind: 'user', profileKey }, day, region: 'r' } as const;
  const mark = { sequence: 1, timestampNs: 1n };
  return { key, tile: emptyTile(), mark, version: 1, writer: 'w', eventIdHashes: [], expiresAtS: 0 };
}

function count(tile: DayTile, { eventId, userId, eventType, itemId, occurredAtMs, colour, price }: ChaosEvent): void {
  const attributes = new Map<string, string | number>([
    ['event', eventId],
    ['colour', colour],
    ['price', price],
  ]);
  const received = { receivedAtMs: occurredAtMs, attributes };
  foldInteraction(tile, { eventId, profileKey: userId, eventType, itemId, occurredAtMs, ...received }, { schema });
}

function setUp() {
  const next = createEventSource({ users: 5, seed: 3, now: () => 1_700_000_000_000 });
  const events = Array.from({ length: 300 }, next);
  const audit = (
    tiles: readonly StoredTile[],
    allowed = new Map(events.map(({ eventId }) => [eventId, once])),
  ): TileAudit =>
    auditTiles(tiles, {
      events: new Map(events.map((event) => [event.eventId, event])),
      allowed,
      ownerOfEvent: ({ userId }) => userId,
    });
  return { events, audit };
}

describe('auditTiles', () => {
  it('finds nothing where every event is counted once', () => {
    const { events, audit } = setUp();
    expect(audit(tilesOf(events))).toMatchObject({ counted: 300, lost: 0, double: 0, wrongTiles: 0, findings: [] });
  });

  it('finds an event that is not counted, and one that is counted twice', () => {
    const { events, audit } = setUp();
    const found = audit(tilesOf([...events.slice(1), events[5]!]));
    expect(found).toMatchObject({ lost: 1, double: 1, wrongTiles: 0 });
    expect(found.findings).toEqual(['e1 is counted 0 times, not 1 to 1', 'e6 is counted 2 times, not 1 to 1']);
  });

  it('finds a tile that is gone', () => {
    const { events, audit } = setUp();
    const tiles = tilesOf(events);
    expect(audit(tiles.slice(1)).lost).toBe(tiles[0]!.tile.eventCount);
  });

  it('finds a number that the events of the tile do not come to', () => {
    const { events, audit } = setUp();
    for (const spoil of spoilers) {
      const tiles = tilesOf(events);
      spoil(tiles[0]!.tile);
      expect(audit(tiles)).toMatchObject({ lost: 0, double: 0, wrongTiles: 1 });
    }
  });

  it('finds an event in the tile of another user', () => {
    const { events, audit } = setUp();
    const tiles = tilesOf(events);
    const stranger = events.find(({ userId }) => userId !== events[0]!.userId)!;
    count(tiles[0]!.tile, stranger);
    expect(audit(tiles).wrongTiles).toBe(1);
  });

  it('lets an event be counted or not where both are allowed', () => {
    const { events, audit } = setUp();
    const allowed = new Map(events.map(({ eventId }) => [eventId, once]));
    allowed.set('e1', { least: 0, most: 1 });
    expect(audit(tilesOf(events), allowed)).toMatchObject({ lost: 0, double: 0 });
    expect(audit(tilesOf(events.slice(1)), allowed)).toMatchObject({ lost: 0, double: 0 });
    expect(audit(tilesOf([...events, events[0]!]), allowed)).toMatchObject({ lost: 0, double: 1 });
  });
});

const spoilers: readonly ((tile: DayTile) => void)[] = [
  (tile) => (tile.eventCount += 1),
  (tile) => {
    const colour = tile.dimensions.get('colour');
    if (colour?.kind === 'categorical') colour.weights.set('red', (colour.weights.get('red') ?? 0) + 1);
  },
  (tile) => {
    const item = tile.dimensions.get('item');
    if (item?.kind === 'item') item.items.delete([...item.items.keys()][0]!);
  },
  (tile) => {
    const price = tile.dimensions.get('price');
    if (price?.kind === 'numeric') price.added.m2 *= 1.001;
  },
];
