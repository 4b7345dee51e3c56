import { fromAttributes, type RecordedEvent, type UserErasure } from '@affinity/contracts';
import { profileKeyOf, type Mark } from '@affinity/domain';
import { formatInstantNs } from './stream-instant';

/** Where a message stands in the events stream. */
export interface LinePlace {
  readonly partition: number;
  readonly position: Mark;
}

/**
 * One event as one line of JSON without its line break. Keys are always the same, in this order; what an event lacks is
 * null, an empty object or an empty list:
 *
 * - `kind`: `event`
 * - `partition`, `sequence`, `timestamp`: its place in the stream; the server's instant in UTC with nanoseconds
 * - `profile_key`, `event_id`, `user_id`, `session_id`, `event_type`, `item_id`
 * - `occurred_at`, `received_at`: UTC with milliseconds
 * - `attributes`: name -> text, number, truth value or list of texts, names ascending
 * - `event_value`, `recommendation_id`, `impression` (item ids), `unknown_item`
 *
 * Returns undefined for an event without an actor or a valid time, which ingest never records.
 */
export function eventLine(place: LinePlace, recorded: RecordedEvent): string | undefined {
  const { event, receivedAt, unknownItem } = recorded;
  if (event === undefined || !isInstant(event.occurredAt) || !isInstant(receivedAt)) return undefined;
  const profileKey = profileKeyOf(event);
  if (profileKey === undefined) return undefined;
  return JSON.stringify({
    kind: 'event',
    ...placeFields(place),
    profile_key: profileKey,
    event_id: event.eventId,
    user_id: textOrNull(event.userId),
    session_id: textOrNull(event.sessionId),
    event_type: event.eventType,
    item_id: textOrNull(event.itemId),
    occurred_at: event.occurredAt.toISOString(),
    received_at: receivedAt.toISOString(),
    attributes: Object.fromEntries([...fromAttributes(event.attributes)].sort(byName)),
    event_value: event.eventValue ?? null,
    recommendation_id: textOrNull(event.recommendationId),
    impression: event.impression,
    unknown_item: unknownItem,
  });
}

/**
 * A user's wish to be forgotten as one line of JSON: `kind` (`erasure`), `partition`, `sequence`, `timestamp`, `profile_key`,
 * `requested_at`. Undefined without a profile or a valid time.
 */
export function erasureLine(place: LinePlace, { profileKey, requestedAt }: UserErasure): string | undefined {
  if (profileKey === '' || !isInstant(requestedAt)) return undefined;
  return JSON.stringify({
    kind: 'erasure',
    ...placeFields(place),
    profile_key: profileKey,
    requested_at: requestedAt.toISOString(),
  });
}

function placeFields({ partition, position }: LinePlace) {
  return { partition, sequence: position.sequence, timestamp: formatInstantNs(position.timestampNs) };
}

function isInstant(time: Date | undefined): time is Date {
  return time !== undefined && !Number.isNaN(time.getTime());
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
