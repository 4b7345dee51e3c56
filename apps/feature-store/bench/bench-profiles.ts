import { type ProfileQuery } from '@affinity/contracts';
import {
  dayOf,
  emptyTile,
  foldInteraction,
  parseSchema,
  type AttributeValue,
  type Interaction,
  type Schema,
} from '@affinity/domain';
import type { DynamoTileStore } from '@affinity/profile-storage';
import { retry } from '@affinity/service-kit';

/** Dimensions of the measured profiles: four of five categorical, every fifth numeric. */
export const dimensions = Array.from({ length: 50 }, (_, i) => ({
  name: `d${i}`,
  kind: i % 5 === 4 ? 'numeric' : 'categorical',
}));

/** The deployment's schema as its file holds it. */
export const schemaDocument = { version: 'bench', event_types: { view: 1 }, dimensions };

/** The same, parsed. */
export const schema = ((): Schema => {
  const parsed = parseSchema(schemaDocument);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

const halfLife = (halfLifeDays: number) => ({
  decay: { kind: { $case: 'exponential' as const, value: { halfLifeDays } } },
});
const lastDays = (value: number) => ({ range: { range: { $case: 'lastDays' as const, value } } });

/** The ten shapes of questions that are mixed. */
export const shapes: readonly ProfileQuery[] = [
  { dimensions: [] },
  { dimensions: [], ...lastDays(7) },
  { dimensions: [], ...lastDays(30), ...halfLife(7) },
  { dimensions: [], ...lastDays(14), decay: { kind: { $case: 'linear', value: { windowDays: 14 } } } },
  { dimensions: ['d0', 'd1', 'd2', 'd3', 'd4'] },
  { dimensions: ['d4', 'd9', 'd14'], ...halfLife(3) },
  { dimensions: dimensions.slice(0, 25).map(({ name }) => name), ...lastDays(30) },
  { dimensions: [], ...lastDays(1) },
  { dimensions: ['item'] },
  { dimensions: [], decay: { kind: { $case: 'step', value: { steps: steps([3, 1], [30, 0.3]) } } } },
];

function steps(...pairs: readonly (readonly [maxAgeDays: number, weight: number])[]) {
  return pairs.map(([maxAgeDays, weight]) => ({ maxAgeDays, weight }));
}

/** How much is stored of whom: users `u0`, `u1` and so on, the same number of events on each of the last days. */
export interface StoredUsers {
  readonly users: number;
  readonly days: number;
  readonly eventsADay: number;
  readonly random: () => number;
}

/** Stores what the users did, as the aggregator would have. */
export async function storeUsers(
  store: DynamoTileStore,
  { users, days, eventsADay, random }: StoredUsers,
): Promise<void> {
  const today = dayOf(Date.now());
  for (let user = 0; user < users; user += 1) {
    const writes = Array.from({ length: days }, (_, back) => {
      const tile = emptyTile();
      for (let n = 0; n < eventsADay; n += 1) foldInteraction(tile, interaction(today - back, n, random), { schema });
      return {
        key: { owner: { kind: 'user', profileKey: `u${user}` } as const, day: today - back, region: 'eu-central-1' },
        expectedVersion: 0,
        newVersion: 1,
        changed: tile.dimensions,
        eventCount: tile.eventCount,
        mark: { sequence: back + 1, timestampNs: BigInt(back + 1) },
        writer: 'bench',
        eventIdHashes: [],
        expiresAtS: 4_000_000_000,
      };
    });
    await Promise.all(writes.map((write) => retry(() => store.write(write), { attempts: 10 })));
  }
}

function interaction(day: number, n: number, random: () => number): Interaction {
  const attributes = new Map<string, AttributeValue>(
    dimensions.map(({ name, kind }) => [
      name,
      kind === 'numeric' ? Math.floor(random() * 1_000) : `value${Math.floor(random() ** 2 * 8)}`,
    ]),
  );
  const occurredAtMs = day * 86_400_000 + n;
  return {
    eventId: `${day}/${n}`,
    profileKey: 'u',
    eventType: 'view',
    itemId: `i${Math.floor(random() * 500)}`,
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    attributes,
  };
}
