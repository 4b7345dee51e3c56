import { encodeReadToken, Event, type EventOutcome, type PublishEventsResponse } from '@affinity/contracts';
import { AffinityError, unavailable } from '@affinity/service-kit';
import { publishUntilStored, type IngestClient } from './publish-until-stored';

const { signal } = new AbortController();
const events = ['1', '2', '3'].map((eventId) => Event.fromPartial({ eventId }));

type Answer = readonly NonNullable<EventOutcome['outcome']>[] | Error;

const accepted = { $case: 'accepted', value: { unknownItem: false } } as const;
const duplicate = { $case: 'duplicate', value: {} } as const;
const later = { $case: 'retryLater', value: { reason: 'busy', retryAfterMs: 1 } } as const;
const violations = [{ field: 'user_id', description: 'is required' }];
const rejected = { $case: 'rejected' as const, value: { violations } };

function clientOf(...answers: Answer[]): { readonly client: IngestClient; readonly sent: string[][] } {
  const sent: string[][] = [];
  const publishEvents = async ({ events: asked }: { events: Event[] }): Promise<PublishEventsResponse> => {
    sent.push(asked.map(({ eventId }) => eventId));
    const answer = answers.shift();
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error('asked too often');
    const outcomes = answer.map((outcome, i) => ({ eventId: asked[i]!.eventId, outcome }));
    return {
      outcomes,
      readToken: encodeReadToken(new Map([[0, { sequence: sent.length, publishedAtMs: sent.length }]])),
    };
  };
  return { client: { publishEvents }, sent };
}

describe('publishUntilStored', () => {
  it('sends again only what was asked to come later, and adds the tokens up', async () => {
    const { client, sent } = clientOf([accepted, later, later], [duplicate, accepted]);
    const { token, duplicates, retries } = await publishUntilStored(client, events, signal);
    expect(sent).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
    expect([duplicates, retries, token.get(0)?.sequence]).toEqual([1, 1, 2]);
  });

  it('sends again what an answer says nothing of', async () => {
    const { client, sent } = clientOf([accepted], [accepted, accepted]);
    await publishUntilStored(client, events, signal);
    expect(sent.at(-1)).toEqual(['2', '3']);
  });

  it.each([unavailable('gone'), new AffinityError('DEADLINE_EXCEEDED', 'late')])(
    'repeats a call that failed with %s',
    async (error) => {
      const { client, sent } = clientOf(error, [accepted, accepted, accepted]);
      await publishUntilStored(client, events, signal);
      expect(sent).toHaveLength(2);
    },
  );

  it('gives up on an event that is refused, naming it and the field', async () => {
    const { client } = clientOf([accepted, rejected, accepted]);
    const publishing = publishUntilStored(client, events, signal);
    await expect(publishing).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'event 2 was refused: user_id is required',
    });
  });

  it('gives up on a call that is of no use to repeat', async () => {
    const { client, sent } = clientOf(new AffinityError('INVALID_ARGUMENT', 'no'));
    await expect(publishUntilStored(client, events, signal)).rejects.toThrow('no');
    expect(sent).toHaveLength(1);
  });
});
