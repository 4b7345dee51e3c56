import {
  decodeReadToken,
  mergeReadTokens,
  type Event,
  type EventOutcome,
  type IngestServiceClient,
  type ReadToken,
} from '@affinity/contracts';
import { AffinityError, type GrpcClient } from '@affinity/service-kit';
import { setTimeout as pause } from 'node:timers/promises';

/** The one call of IngestService that replaying uses. */
export type IngestClient = Pick<GrpcClient<typeof IngestServiceClient.service>, 'publishEvents'>;

/** What became of events, once all are stored. */
export interface Publication {
  /** Asks to see all of them. */
  readonly token: ReadToken;
  /** Repeats of events that were stored already. */
  readonly duplicates: number;
  /** Answers "retry later", to single events and to whole calls. */
  readonly retries: number;
}

/** Pause before events are sent again of which nothing is known, in milliseconds. */
const callRetryMs = 200;

/**
 * Publishes events, at most 500, and goes on until all are stored: what is asked to come later is sent again unchanged, in
 * order, and stored once. Throws INVALID_ARGUMENT when an event is refused for good, and the error of a call that is of no use
 * to repeat.
 */
export async function publishUntilStored(
  client: IngestClient,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<Publication> {
  let left = events;
  let token: ReadToken = new Map();
  let duplicates = 0;
  for (let retries = 0; ;) {
    const answer = await tryToPublish(client, left, signal);
    token = mergeReadTokens(token, decodeReadToken(answer.readToken) ?? new Map());
    duplicates += answer.outcomes.filter(({ outcome }) => outcome?.$case === 'duplicate').length;
    left = left.filter((event, i) => isLeft(event, answer.outcomes[i]));
    if (left.length === 0) return { token, duplicates, retries };
    retries += 1;
    await pause(answer.retryAfterMs, undefined, { signal });
  }
}

interface Attempt {
  /** One for each event, in their order; none when the whole call has to be repeated. */
  readonly outcomes: readonly EventOutcome[];
  readonly readToken: string;
  readonly retryAfterMs: number;
}

async function tryToPublish(client: IngestClient, events: readonly Event[], signal: AbortSignal): Promise<Attempt> {
  try {
    const { outcomes, readToken } = await client.publishEvents({ events: [...events] }, { signal });
    return { outcomes, readToken, retryAfterMs: Math.max(...events.map((_, i) => pauseOf(outcomes[i]))) };
  } catch (error) {
    if (!(error instanceof AffinityError) || !isWorthRepeating(error)) throw error;
    return { outcomes: [], readToken: '', retryAfterMs: error.retryAfterMs ?? callRetryMs };
  }
}

function isWorthRepeating({ code, retryable }: AffinityError): boolean {
  return retryable || code === 'DEADLINE_EXCEEDED';
}

function isLeft({ eventId }: Event, answer: EventOutcome | undefined): boolean {
  const outcome = answer?.outcome;
  if (outcome?.$case === 'rejected') {
    const problems = outcome.value.violations.map(({ field, description }) => `${field} ${description}`);
    throw new AffinityError('INVALID_ARGUMENT', `event ${eventId} was refused: ${problems.join('; ')}`);
  }
  return outcome === undefined || outcome.$case === 'retryLater';
}

function pauseOf(answer: EventOutcome | undefined): number {
  if (answer?.outcome === undefined) return callRetryMs;
  return answer.outcome.$case === 'retryLater' ? answer.outcome.value.retryAfterMs : 0;
}
