import type { Interaction } from './interaction';
import type { Schema } from './schema';

/**
 * Why an interaction must not be counted; undefined when it may. Judged by the interaction's own times, as ingest did, so that
 * a replay judges the same.
 */
export function refusalOf(interaction: Interaction, schema: Schema): string | undefined {
  const { eventType, receivedAtMs, occurredAtMs } = interaction;
  if (!schema.eventTypes.has(eventType)) return `event type "${eventType}" is not in schema ${schema.version}`;
  const ageMs = receivedAtMs - occurredAtMs;
  if (!Number.isFinite(ageMs)) return 'a time is not an instant';
  if (ageMs > schema.allowedLatenessMs)
    return `the event is ${ageMs} ms old, ${schema.allowedLatenessMs} ms are allowed`;
  if (-ageMs > schema.allowedSkewMs) return `the event is ${-ageMs} ms ahead, ${schema.allowedSkewMs} ms are allowed`;
  return undefined;
}
