import { partitionOf } from '@affinity/domain';
import type { StoredTile } from '@affinity/profile-storage';
import type { ChaosEvent } from '../load/chaos-event';
import { allowedCounts, type StreamHistory } from './allowed-counts';
import { auditTiles, type TileAudit } from './tile-audit';

/** What a run left behind. */
export interface AuditOptions {
  /** Every event that was acknowledged, by its id. */
  readonly acknowledged: ReadonlyMap<string, ChaosEvent>;
  readonly history: StreamHistory;
  readonly tiles: readonly StoredTile[];
  readonly partitions: number;
}

/** What came of a run. */
export interface Audit {
  readonly users: TileAudit;
  readonly population: TileAudit;
  /** Messages that the stream held at the end. */
  readonly messages: number;
  /** Messages that rolling the stream back took away. */
  readonly lostMessages: number;
  /** Acknowledged events that the stream neither holds nor lost by being rolled back. */
  readonly vanished: number;
}

/** Holds everything that was stored against what was acknowledged and what the stream holds. */
export function audit({ acknowledged, history, tiles, partitions }: AuditOptions): Audit {
  const { users, population, lostMessages } = allowedCounts(history);
  const of = (kind: 'user' | 'population'): readonly StoredTile[] => tiles.filter(({ key }) => key.owner.kind === kind);
  return {
    users: auditTiles(of('user'), {
      events: acknowledged,
      allowed: users,
      ownerOfEvent: ({ userId }) => userId,
    }),
    population: auditTiles(of('population'), {
      events: acknowledged,
      allowed: population,
      ownerOfEvent: ({ userId }) => `partition ${partitionOf(userId, partitions)}`,
    }),
    messages: history.held.length,
    lostMessages,
    vanished: [...acknowledged.keys()].filter((eventId) => !users.has(eventId)).length,
  };
}
