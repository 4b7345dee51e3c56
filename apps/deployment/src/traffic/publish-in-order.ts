import type { Event, EventOutcome, IngestServiceClient } from '@affinity/contracts';
import type { DatasetInteraction } from '@affinity/datasets';
import { AffinityError, fromUnknown, type GrpcClient } from '@affinity/service-kit';
import { setTimeout as pause } from 'node:timers/promises';

/** The one call of ingest that traffic uses. */
export type IngestClient = Pick<GrpcClient<typeof IngestServiceClient.service>, 'publishEvents'>;

const callRetryMs = 200;

/**
 * Publishes events and goes on until all are acknowledged, as a caller has to: what is asked to come later, and calls that
 * fail, are sent again unchanged. Resolves with how often that was. Throws when an event is refused for good.
 */
export async function publishInOrder(
  client: IngestClient,
  interactions: readonly DatasetInteraction[],
  signal: AbortSignal,
): Promise<number> {
  let left: readonly Event[] = interactions.map(eventOf);
  for (let retries = 0; ; retries += 1) {
    left = await publishOnce(client, left, signal);
    if (left.length === 0) return retries;
    await pause(callRetryMs, undefined, { signal });
  }
}

/** Resolves with the events that have to be sent again. */
async function publishOnce(
  client: IngestClient,
  events: readonly Event[],
  signal: AbortSignal,
): Promise<readonly Event[]> {
  try {
    const { outcomes } = await client.publishEvents({ events: [...events] }, { signal });
    return events.filter((event, i) => isLeft(event, outcomes[i]));
  } catch (thrown) {
    const error = fromUnknown(thrown);
    if (error.retryable || error.code === 'DEADLINE_EXCEEDED') return events;
    throw error;
  }
}

function isLeft({ eventId }: Event, answer: EventOutcome | undefined): boolean {
  const outcome = answer?.outcome;
  if (outcome?.$case === 'rejected') {
    const problems = outcome.value.violations.map(({ field, description }) => `${field} ${description}`);
    throw new AffinityError('INVALID_ARGUMENT', `event ${eventId} was refused: ${problems.join('; ')}`);
  }
  return outcome === undefined || outcome.$case === 'retryLater';
}

/** Attributes are left to ingest, which takes them from the catalogue. */
function eventOf({ occurredAtMs, eventValue, ...rest }: DatasetInteraction): Event {
  return {
    ...rest,
    occurredAt: new Date(occurredAtMs),
    attributes: new Map(),
    recommendationId: '',
    impression: [],
    ...(eventValue === undefined ? {} : { eventValue }),
  };
}
