import type { Event, FieldViolation } from '@affinity/contracts';
import { collidesWithSessionKeys, type Schema } from '@affinity/domain';
import { checkAttributes } from './attribute-rules';
import { eventLimits } from './event-limits';
import { checkId } from './id-rules';
import { quote } from './quote';
import { checkTimes } from './time-rules';
import { Violations } from './violations';

/** What an event is checked against besides itself. */
export interface ValidationContext {
  readonly schema: Schema;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  /** Bytes of the event on the wire. */
  readonly encodedBytes: number;
}

/** Every rule that an event breaks, all of them together; none when the event may be stored. Pure. */
export function validateEvent(event: Event, context: ValidationContext): readonly FieldViolation[] {
  const { schema, receivedAtMs, encodedBytes } = context;
  const violations = new Violations();
  if (encodedBytes > eventLimits.encodedBytes) {
    violations.add('event', `must be at most ${eventLimits.encodedBytes} bytes encoded, has ${encodedBytes}`);
  }
  checkRequiredId(violations, {
    field: 'event_id',
    value: event.eventId,
    maxCharacters: eventLimits.eventIdCharacters,
  });
  checkActor(violations, event);
  checkTypeAndItem(violations, event, schema);
  checkTimes(violations, { occurredAt: event.occurredAt, receivedAtMs }, schema);
  checkAttributes(violations, event.attributes, schema);
  checkRest(violations, event);
  return violations.toArray();
}

function checkRequiredId(violations: Violations, id: { field: string; value: string; maxCharacters: number }): void {
  if (id.value === '') violations.add(id.field, 'is required');
  else checkId(violations, id);
}

function checkActor(violations: Violations, { userId, sessionId }: Event): void {
  if (userId === '' && sessionId === '')
    violations.add('user_id', 'is required, or session_id for an anonymous visitor');
  if (collidesWithSessionKeys(userId)) violations.add('user_id', 'must not begin with "session:"');
  checkId(violations, { field: 'user_id', value: userId, maxCharacters: eventLimits.idCharacters });
  checkId(violations, { field: 'session_id', value: sessionId, maxCharacters: eventLimits.idCharacters });
}

function checkTypeAndItem(violations: Violations, { eventType, itemId }: Event, schema: Schema): void {
  const type = schema.eventTypes.get(eventType);
  if (eventType === '') violations.add('event_type', 'is required');
  else if (type === undefined) violations.add('event_type', `is not a type of the schema: ${quote(eventType)}`);
  if (itemId === '' && type?.requiresItem === true) violations.add('item_id', `is required for ${quote(eventType)}`);
  checkId(violations, { field: 'item_id', value: itemId, maxCharacters: eventLimits.idCharacters });
}

function checkRest(violations: Violations, { eventValue, recommendationId, impression }: Event): void {
  if (eventValue !== undefined && !Number.isFinite(eventValue)) {
    violations.add('event_value', `must be a finite number, is ${eventValue}`);
  }
  const maxCharacters = eventLimits.recommendationIdCharacters;
  checkId(violations, { field: 'recommendation_id', value: recommendationId, maxCharacters });
  if (impression.length > eventLimits.impressionItems) {
    violations.add('impression', `must be at most ${eventLimits.impressionItems} items, are ${impression.length}`);
    return;
  }
  impression.forEach((value, i) =>
    checkRequiredId(violations, { field: `impression[${i}]`, value, maxCharacters: eventLimits.idCharacters }),
  );
}
