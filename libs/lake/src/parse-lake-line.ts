import { profileKeyOf, type AttributeValue, type Interaction, type Mark } from '@affinity/domain';
import { parseInstantNs } from './stream-instant';

/** One line of the upstream zone, read back. */
export type LakeRecord = LakeEvent | LakeErasure;

interface LakePosition {
  readonly partition: number;
  readonly position: Mark;
}

/** An event. */
export interface LakeEvent extends LakePosition {
  readonly kind: 'event';
  /** What is counted of it; undefined when it lacks what ingest never leaves out. */
  readonly interaction: Interaction | undefined;
}

/** A user's wish to be forgotten. */
export interface LakeErasure extends LakePosition {
  readonly kind: 'erasure';
  readonly profileKey: string;
  readonly requestedAtMs: number;
}

interface LineFields {
  readonly kind: string;
  readonly partition: number;
  readonly sequence: number;
  readonly timestamp: string;
  readonly profile_key: string;
  readonly event_id: string;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly event_type: string;
  readonly item_id: string | null;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly requested_at: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Reads a line that `eventLine` or `erasureLine` wrote. Undefined for any other text. */
export function parseLakeLine(line: string): LakeRecord | undefined {
  const fields = fieldsOf(line);
  const timestampNs = parseInstantNs(fields?.timestamp);
  if (fields === undefined || timestampNs === undefined || !Number.isSafeInteger(fields.sequence)) return undefined;
  const place = { partition: fields.partition, position: { sequence: fields.sequence, timestampNs } };
  if (fields.kind === 'event') return { kind: 'event', ...place, interaction: interactionOf(fields) };
  if (fields.kind !== 'erasure') return undefined;
  const requestedAtMs = Date.parse(fields.requested_at);
  return { kind: 'erasure', ...place, profileKey: fields.profile_key, requestedAtMs };
}

function fieldsOf(line: string): LineFields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as LineFields) : undefined;
  } catch {
    return undefined;
  }
}

/** As `toInteraction` of the contracts makes it from the message. */
function interactionOf(fields: LineFields): Interaction | undefined {
  const { event_id: eventId, event_type: eventType, item_id: itemId } = fields;
  const profileKey = profileKeyOf({ userId: fields.user_id ?? '', sessionId: fields.session_id ?? '' });
  if (profileKey === undefined || eventId === '' || eventType === '') return undefined;
  return {
    eventId,
    profileKey,
    eventType,
    ...(itemId === null ? {} : { itemId }),
    occurredAtMs: Date.parse(fields.occurred_at),
    receivedAtMs: Date.parse(fields.received_at),
    attributes: new Map(Object.entries(fields.attributes)),
  };
}
