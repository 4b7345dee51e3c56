import type { Column } from './sql-engine';

/** The fields of a line of the upstream zone, see `eventLine` and `erasureLine`. */
export const upstreamColumns: readonly Column[] = [
  { name: 'kind', type: 'varchar' },
  { name: 'partition', type: 'integer' },
  { name: 'sequence', type: 'bigint' },
  { name: 'timestamp', type: 'varchar' },
  { name: 'profile_key', type: 'varchar' },
  { name: 'event_id', type: 'varchar' },
  { name: 'user_id', type: 'varchar' },
  { name: 'session_id', type: 'varchar' },
  { name: 'event_type', type: 'varchar' },
  { name: 'item_id', type: 'varchar' },
  { name: 'occurred_at', type: 'varchar' },
  { name: 'received_at', type: 'varchar' },
  { name: 'attributes', type: 'json' },
  { name: 'event_value', type: 'double' },
  { name: 'recommendation_id', type: 'varchar' },
  { name: 'impression', type: 'varchar array' },
  { name: 'unknown_item', type: 'boolean' },
];

/**
 * The `events` table of the lake zone: each event once. `stream_partition`, `stream_sequence` and `stream_ns` (epoch
 * nanoseconds) are its place in the stream; times are UTC with milliseconds; `attributes` is a JSON object.
 */
export const eventColumns: readonly Column[] = [
  { name: 'stream_partition', type: 'integer' },
  { name: 'stream_sequence', type: 'bigint' },
  { name: 'stream_ns', type: 'bigint' },
  { name: 'profile_key', type: 'varchar' },
  { name: 'event_id', type: 'varchar' },
  { name: 'user_id', type: 'varchar' },
  { name: 'session_id', type: 'varchar' },
  { name: 'event_type', type: 'varchar' },
  { name: 'item_id', type: 'varchar' },
  { name: 'occurred_at', type: 'timestamp' },
  { name: 'received_at', type: 'timestamp' },
  { name: 'attributes', type: 'varchar' },
  { name: 'event_value', type: 'double' },
  { name: 'recommendation_id', type: 'varchar' },
  { name: 'impression', type: 'varchar array' },
  { name: 'unknown_item', type: 'boolean' },
];

/** What was erased, for the time of a run: the profile, its tombstone's mark and time. */
export const erasedProfileColumns: readonly Column[] = [
  { name: 'profile_key', type: 'varchar' },
  { name: 'mark_sequence', type: 'bigint' },
  { name: 'mark_ns', type: 'bigint' },
  { name: 'erased_at', type: 'timestamp' },
];
