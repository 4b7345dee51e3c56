import type { Event, EventOutcome } from '@affinity/contracts';
import { invalidArgument, unavailable } from '@affinity/service-kit';
import { createEventSource, toMessage } from './chaos-event';
import { publishUntilAcknowledged, type IngestClient } from './publish-until-acknowledged';

const never = new AbortController().signal;
const accepted: EventOutcome['outcome'] = { $case: 'accepted', value: { unknownItem: false } };
const duplicate: EventOutcome['outcome'] = { $case: 'duplicate', value: {} };
const later: EventOutcome['outcome'] = { $case: 'retryLater', value: { reason: 'away', retryAfterMs: 1 } };
const rejected: EventOutcome['outcome'] = {
  $case: 'rejected',
  value: { violations: [{ field: 'user_id', description: 'is missing' }] },
};

type Answer = readonly EventOutcome['outcome'][] | Error;

/** A client that gives prepared answers, and the ids that it was sent. */
function setUp(answers: Answer[]): { client: IngestClient; sent: string[][]; events: Event[] } {
  const sent: string[][] = [];
  const publishEvents: IngestClient['publishEvents'] = ({ events }) => {
    sent.push(events.map(({ eventId }) => eventId ?? ''));
    const answer = answers.shift() ?? [];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ outcomes: answer.map((outcome) => ({ eventId: '', outcome })), readToken: '' });
  };
  const next = createEventSource({ users: 2, seed: 1, now: () => 1_700_000_000_000 });
  return { client: { publishEvents }, sent, events: [toMessage(next()), toMessage(next()), toMessage(next())] };
}

describe('publishUntilAcknowledged', () => {
  it('sends only what was not acknowledged again, and counts what was known already', async () => {
    const { client, sent, events } = setUp([[accepted, later, later], [duplicate, later], [accepted]]);
    expect(await publishUntilAcknowledged(client, events, never)).toEqual({ duplicates: 1, retries: 2 });
    expect(sent).toEqual([['e1', 'e2', 'e3'], ['e2', 'e3'], ['e3']]);
  });

  it('sends everything again when nobody knows what became of it', async () => {
    const { client, sent, events } = setUp([unavailable('gone'), [accepted, accepted, accepted]]);
    expect(await publishUntilAcknowledged(client, events, never)).toEqual({ duplicates: 0, retries: 1 });
    expect(sent).toHaveLength(2);
  });

  it('gives up on what will never be taken', async () => {
    const refused = setUp([[accepted, rejected, accepted]]);
    await expect(publishUntilAcknowledged(refused.client, refused.events, never)).rejects.toThrow('is missing');
    const wrong = setUp([invalidArgument([{ field: 'events', description: 'too many' }])]);
    await expect(publishUntilAcknowledged(wrong.client, wrong.events, never)).rejects.toThrow();
  });
});
