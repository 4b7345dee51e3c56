import type { RequestMembers } from './request-members';

/** Keys that an event's properties must not have, whatever their case. Source: PutEvents, Amazon Personalize API reference. */
const reservedKeys = new Set(['userid', 'sessionid', 'eventtype', 'timestamp', 'recommendationid', 'impression']);

/** The rules of one kind of `properties`. */
export interface PropertiesRule {
  /** In characters. */
  readonly max: number;
  readonly reserved: 'allowed' | 'refused';
}

/** The member `properties`, a JSON object as text; undefined when it is absent. Notes what breaks a rule. */
export function readProperties(members: RequestMembers, { max, reserved }: PropertiesRule): string | undefined {
  const properties = members.text('properties', { max });
  if (properties === undefined) return undefined;
  const keys = keysOf(properties);
  if (keys === undefined) members.note('properties', 'Member must be a JSON object');
  const forbidden = reserved === 'refused' ? keys?.find((key) => reservedKeys.has(key.toLowerCase())) : undefined;
  if (forbidden !== undefined) members.note('properties', `Member must not contain the reserved key ${forbidden}`);
  return properties;
}

function keysOf(json: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}
