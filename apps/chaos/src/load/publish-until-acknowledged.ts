import type { Event, EventOutcome, IngestServiceClient } from '@affinity/contracts';
import { fromUnknown, internal, type GrpcClient } from '@affinity/service-kit';
import { setTimeout as pause } from 'node:timers/promises';

/** The one call of ingest that a run uses. */
export type IngestClient = Pick<GrpcClient<typeof IngestServiceClient.service>, 'publishEvents'>;

/** What it took until each event was acknowledged. */
export interface Acknowledgement {
  /** Events that ingest knew already. */
  readonly duplicates: number;
  /** Calls that had to be repeated, whole or in part. */
  readonly retries: number;
}

const retryPauseMs = 200;

/**
 * Publishes events, at most 500, again and again until each is acknowledged. Throws INTERNAL when one is refused for good,
 * and the signal's reason when it aborts.
 */
export async function publishUntilAcknowledged(
  client: IngestClient,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<Acknowledgement> {
  let left = events;
  let duplicates = 0;
  for (let retries = 0; ; retries += 1) {
    const outcomes = await attempt(client, left, signal);
    if (outcomes !== undefined) {
      duplicates += outcomes.filter(({ outcome }) => outcome?.$case === 'duplicate').length;
      left = left.filter((_, i) => isLeft(outcomes[i]));
    }
    if (left.length === 0) return { duplicates, retries };
    await pause(retryPauseMs, undefined, { signal });
  }
}

/** Undefined: nobody knows what became of them. */
async function attempt(
  client: IngestClient,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<readonly EventOutcome[] | undefined> {
  try {
    return (await client.publishEvents({ events: [...events] }, { signal })).outcomes;
  } catch (thrown) {
    signal.throwIfAborted();
    const error = fromUnknown(thrown);
    if (error.retryable || error.code === 'DEADLINE_EXCEEDED') return undefined;
    throw error;
  }
}

function isLeft(answer: EventOutcome | undefined): boolean {
  const outcome = answer?.outcome;
  if (outcome?.$case === 'rejected') {
    throw internal(
      `an event was refused: ${outcome.value.violations.map(({ description }) => description).join('; ')}`,
    );
  }
  return outcome === undefined || outcome.$case === 'retryLater';
}
