import type { AttributeValue, Interaction } from '@affinity/domain';
import type { SqlRow } from '@affinity/lake';

/** An event of the lake: as it is counted, and its whole row. */
export interface ProfileEvent {
  readonly interaction: Interaction;
  /** Epoch nanoseconds at which the stream stored it. */
  readonly streamNs: bigint;
  readonly row: SqlRow;
}

const columns = [
  'profile_key',
  'stream_ns',
  'event_id',
  'event_type',
  'item_id',
  'occurred_at_ms',
  'received_at_ms',
  'attributes',
  'event_value',
];

/** A query of what {@link profileEvent} reads, and of further columns: each profile's rows in the order of the stream. */
export function profileEventsQuery(
  source: string,
  { further = [], where = '' }: { readonly further?: readonly string[]; readonly where?: string } = {},
): string {
  const selected = [...columns, ...further].join(', ');
  return `SELECT ${selected} FROM ${source} ${where} ORDER BY profile_key, stream_ns, stream_sequence`;
}

/** Reads a row of `profile-events.sql`. */
export function profileEvent(row: SqlRow): ProfileEvent {
  const itemId = row['item_id'];
  return {
    streamNs: BigInt(row['stream_ns'] ?? 0),
    row,
    interaction: {
      eventId: String(row['event_id']),
      profileKey: String(row['profile_key']),
      eventType: String(row['event_type']),
      ...(typeof itemId === 'string' ? { itemId } : {}),
      occurredAtMs: Number(row['occurred_at_ms']),
      receivedAtMs: Number(row['received_at_ms']),
      attributes: attributesOf(row['attributes']),
    },
  };
}

/** The attributes of a row. */
export function attributesOf(text: unknown): ReadonlyMap<string, AttributeValue> {
  if (typeof text !== 'string') return new Map();
  return new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, AttributeValue>>));
}
