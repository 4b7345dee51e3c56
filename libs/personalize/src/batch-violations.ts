import type { FieldViolation } from '@affinity/service-kit';
import type { EventBatch, TrackedEvent } from './event-tracker';
import { isReservedProperty, personalizeLimits as limits } from './personalize-limits';

/** Every limit of PutEvents that a batch breaks, with the path of the field; none when it can be sent. */
export function batchViolations(batch: EventBatch): FieldViolation[] {
  const { sessionId, userId, events } = batch;
  return [
    ...lengthViolations('sessionId', sessionId, limits.idLength),
    ...lengthViolations('userId', userId, limits.idLength),
    ...countViolations('eventList', events.length, limits.eventsPerCall),
    ...events.flatMap((event, i) => eventViolations(`eventList[${i}]`, event)),
  ];
}

function eventViolations(path: string, event: TrackedEvent): FieldViolation[] {
  const { eventId, eventType, itemId, recommendationId, impression } = event;
  return [
    ...lengthViolations(`${path}.eventId`, eventId, limits.idLength),
    ...lengthViolations(`${path}.eventType`, eventType, limits.eventTypeLength),
    ...lengthViolations(`${path}.itemId`, itemId, limits.idLength),
    ...lengthViolations(`${path}.recommendationId`, recommendationId, limits.recommendationIdLength),
    ...numberViolations(path, event),
    ...propertiesViolations(`${path}.properties`, event.properties),
    ...(impression === undefined ? [] : impressionViolations(`${path}.impression`, impression)),
    ...sizeViolations(path, event),
  ];
}

function numberViolations(path: string, { sentAt, eventValue = 0 }: TrackedEvent): FieldViolation[] {
  return [
    ...(Number.isFinite(sentAt.getTime()) ? [] : [violation(`${path}.sentAt`, 'must be an instant')]),
    ...(Number.isFinite(eventValue) ? [] : [violation(`${path}.eventValue`, 'must be a finite number')]),
  ];
}

function impressionViolations(path: string, impression: readonly string[]): FieldViolation[] {
  return [
    ...countViolations(path, impression.length, limits.impressionItems),
    ...impression.flatMap((itemId, i) => lengthViolations(`${path}[${i}]`, itemId, limits.idLength)),
  ];
}

function propertiesViolations(path: string, properties: string | undefined): FieldViolation[] {
  if (properties === undefined) return [];
  const forbidden = keysOf(properties)?.find(isReservedProperty);
  return [
    ...lengthViolations(path, properties, limits.propertiesLength),
    ...(keysOf(properties) === undefined ? [violation(path, 'must be a JSON object')] : []),
    ...(forbidden === undefined ? [] : [violation(path, `must not have the key "${forbidden}"`)]),
  ];
}

function keysOf(json: string): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.keys(parsed) : undefined;
  } catch {
    return undefined;
  }
}

function sizeViolations(path: string, event: TrackedEvent): FieldViolation[] {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  return bytes > limits.eventBytes
    ? [violation(path, `must be at most ${limits.eventBytes} bytes of JSON, has ${bytes}`)]
    : [];
}

function lengthViolations(field: string, text: string | undefined, max: number): FieldViolation[] {
  if (text === undefined || (text.length >= 1 && text.length <= max)) return [];
  return [violation(field, `must have 1 to ${max} characters, has ${text.length}`)];
}

function countViolations(field: string, count: number, max: number): FieldViolation[] {
  return count >= 1 && count <= max ? [] : [violation(field, `must have 1 to ${max} entries, has ${count}`)];
}

function violation(field: string, description: string): FieldViolation {
  return { field, description };
}
