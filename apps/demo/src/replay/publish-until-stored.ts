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

/** A client of IngestService. */
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

/** Thrown when ingest refuses an event for good: the data set and the schema do not fit. */
export class EventRefusedError extends Error {
  override readonly name = 'EventRefusedError';
}

/** Pause before a call is repeated that failed as a whole, in milliseconds. */
const callRetryMs = 200;

/**
 * Publishes events, at most 500, and goes on until all are stored: what is asked to come later is sent again unchanged, in
 * order, and stored once. Throws EventRefusedError, or the error of a call that is of no use to repeat.
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
    left = answer.outcomes.length === 0 ? left : leftOf(left, answer.outcomes);
    if (left.length === 0) return { token, duplicates, retries };
    retries += 1;
    await pause(answer.retryAfterMs, undefined, { signal });
  }
}

interface Attempt {
  /** None when the whole call has to be repeated. */
  readonly outcomes: readonly EventOutcome[];
  readonly readToken: string;
  readonly retryAfterMs: number;
}

async function tryToPublish(client: IngestClient, events: readonly Event[], signal: AbortSignal): Promise<Attempt> {
  try {
    const { outcomes, readToken } = await client.publishEvents({ events: [...events] }, { signal });
    return { outcomes, readToken, retryAfterMs: longestPause(outcomes) };
  } catch (error) {
    if (!(error instanceof AffinityError) || !isWorthRepeating(error)) throw error;
    return { outcomes: [], readToken: '', retryAfterMs: error.retryAfterMs ?? callRetryMs };
  }
}

function isWorthRepeating({ code, retryable }: AffinityError): boolean {
  return retryable || code === 'DEADLINE_EXCEEDED';
}

function leftOf(events: readonly Event[], outcomes: readonly EventOutcome[]): readonly Event[] {
  return events.filter((event, i) => {
    const outcome = outcomes[i]?.outcome;
    if (outcome?.$case === 'rejected') {
      const problems = outcome.value.violations.map(({ field, description }) => `${field} ${description}`);
      throw new EventRefusedError(`event ${event.eventId} was refused: ${problems.join('; ')}`);
    }
    return outcome?.$case === 'retryLater';
  });
}

function longestPause(outcomes: readonly EventOutcome[]): number {
  return outcomes.reduce(
    (longest, { outcome }) =>
      outcome?.$case === 'retryLater' ? Math.max(longest, outcome.value.retryAfterMs) : longest,
    0,
  );
}
