import { invalidInput } from '../errors';
import type { RecordedEvent } from '../recorded';
import { readProperties } from '../wire/properties';
import type { RequestMembers } from '../wire/request-members';
import { idRule } from '../wire/shared-rules';
import type { OperationContext } from './operation';

const maxEvents = 10;
const maxEventBytes = 10_240;
const maxImpression = 25;
/** The last millisecond that a JavaScript date can hold. */
const lastInstantMs = 8.64e15;

/** What all events of a call have in common. */
type Shared = Pick<RecordedEvent, 'userId' | 'sessionId' | 'receivedAtMs'>;

/** PutEvents. Answers once the events are on the disk; the very next answer reflects them. */
export async function putEvents(members: RequestMembers, context: OperationContext): Promise<object> {
  const trackingId = members.requiredText('trackingId', idRule);
  const userId = members.text('userId', idRule);
  const sessionId = members.requiredText('sessionId', idRule);
  const shared = { sessionId, receivedAtMs: context.nowMs(), ...(userId === undefined ? {} : { userId }) };
  const list = members.requiredStructures('eventList', { min: 1, max: maxEvents });
  const events = list.map((event) => readEvent(event, shared));
  members.check();
  // The API model of PutEvents has no ResourceNotFoundException.
  const trackers = context.state.resources.ofKind('eventTracker');
  const tracker = trackers.find(({ members: own, status }) => own['trackingId'] === trackingId && status === 'ACTIVE');
  if (tracker === undefined) throw invalidInput([`The tracking id ${trackingId} is not known`]);
  const group = tracker.members['datasetGroupArn'] as string;
  await context.record(events.map((event) => ({ ...event, group })));
  return {};
}

function readEvent(members: RequestMembers, shared: Shared): RecordedEvent {
  const properties = readProperties(members, { max: 1_024, reserved: 'refused' });
  const impression = members.texts('impression', { min: 1, max: maxImpression }, idRule);
  if (members.jsonBytes > maxEventBytes) members.note('eventType', `an event must have at most ${maxEventBytes} bytes`);
  return {
    kind: 'event',
    ...shared,
    eventType: members.requiredText('eventType', idRule),
    sentAtMs: readInstant(members),
    ...present('eventId', members.text('eventId', idRule)),
    ...present('itemId', members.text('itemId', idRule)),
    ...present('eventValue', members.number('eventValue')),
    ...present('recommendationId', members.text('recommendationId', { max: 40 })),
    ...present('properties', properties),
    ...present('impression', impression),
  };
}

/** `sentAt` is epoch seconds as a number, with a fraction where the client has one. */
function readInstant(members: RequestMembers): number {
  const atMs = Math.round(members.requiredNumber('sentAt') * 1_000);
  if (Math.abs(atMs) > lastInstantMs) members.note('sentAt', 'Member must be an instant');
  return atMs;
}

function present<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}
