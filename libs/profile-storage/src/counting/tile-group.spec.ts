import { contributionOf, dayOf, type Interaction } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { InMemoryTileStore, InMemoryTombstoneStore } from '../in-memory-stores';
import type { TileKey } from '../tile-store';
import { TileGroup } from './tile-group';

const schema = schemaOf({
  version: '1',
  event_types: { view: 1 },
  dimensions: [{ name: 'id', kind: 'categorical' }],
});
const keyOf = (n: number): TileKey => ({ owner: { kind: 'user', profileKey: `u${n}` }, day: dayOf(0), region: 'r' });
const viewOf = (n: number): Interaction => ({
  eventId: `e${n}`,
  profileKey: `u${n}`,
  eventType: 'view',
  occurredAtMs: 0,
  receivedAtMs: 0,
  attributes: new Map([['id', `${n}`.padEnd(100, 'x')]]),
});

describe('TileGroup', () => {
  it('keeps no more clean tiles than its bytes allow, and every dirty one', async () => {
    const [store, tombstones] = [new InMemoryTileStore(), new InMemoryTombstoneStore()];
    const rules = { schema, remembersEventIds: true };
    const group = new TileGroup({ store, tombstones, rules, writer: 'w', maxBytes: 30_000 });
    const opened = await group.openAll(Array.from({ length: 100 }, (_, n) => keyOf(n)));
    for (const [n, tile] of opened.entries()) {
      const interaction = viewOf(n);
      const position = { sequence: n + 1, timestampNs: BigInt(n + 1) };
      group.count(tile, { interaction, position, contribution: contributionOf(interaction, schema) });
    }
    group.evict();
    expect([group.openTiles, group.dirtyTiles]).toEqual([100, 100]);
    await group.flush(() => undefined);
    group.evict();
    expect(group.dirtyTiles).toBe(0);
    expect(group.openTiles).toBeGreaterThan(5);
    expect(group.openTiles).toBeLessThan(15); // Of about 2,600 bytes each.
    expect(store.all()).toHaveLength(100);
  });
});
