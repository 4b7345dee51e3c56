import { encodeReadToken, Freshness, type ProfileServiceClient } from '@affinity/contracts';
import { eventOfInteraction, publishUntilStored, type DatasetInteraction, type IngestClient } from '@affinity/datasets';
import type { GrpcClient } from '@affinity/service-kit';
import { setTimeout as pause } from 'node:timers/promises';

/** A client of ProfileService. */
export type ProfileClient = Pick<GrpcClient<typeof ProfileServiceClient.service>, 'getProfile'>;

/** How freshness is probed. */
export interface ProbeOptions {
  readonly ingest: IngestClient;
  readonly profiles: ProfileClient;
  /** What probes look at: any known item, with an event type of the schema that needs one. */
  readonly itemId: string;
  readonly eventType: string;
  /** The time of the probes' events, in epoch milliseconds. */
  readonly occurredAtMs: () => number;
  /** Told of each probe: how long from publishing until the profile includes it, in milliseconds. */
  readonly onLatency: (latencyMs: number) => void;
  /** Told while a probe is not visible yet: how long it has waited so far, in milliseconds. */
  readonly onWaiting: (elapsedMs: number) => void;
  /** Ends the probing after the probe that is under way. */
  readonly done: AbortSignal;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** Visitors that take turns, so that probes meet many partitions. */
const probingVisitors = 32;
const pauseMs = 50;
/** How long one read waits for a probe. */
const readMs = 500;
/** A probe that is not visible by then is given up. */
const patienceMs = 60_000;

/**
 * Publishes one event after the other and asks each time for the profile that includes it, until told to stop. Returns the
 * events, which are stored like all others.
 */
export async function probeFreshness(options: ProbeOptions): Promise<readonly DatasetInteraction[]> {
  const sent: DatasetInteraction[] = [];
  const ended = AbortSignal.any([options.done, options.signal]);
  while (!ended.aborted) {
    const interaction = probeEvent(sent.length, options);
    sent.push(interaction);
    const latencyMs = await measure(interaction, options);
    if (latencyMs !== undefined) options.onLatency(latencyMs);
    await pause(pauseMs, undefined, { signal: ended }).catch(() => undefined);
  }
  return sent;
}

function probeEvent(number: number, { itemId, eventType, occurredAtMs }: ProbeOptions): DatasetInteraction {
  return {
    eventId: `probe-${number}`,
    userId: `probe-${number % probingVisitors}`,
    sessionId: '',
    eventType,
    itemId,
    occurredAtMs: occurredAtMs(),
  };
}

async function measure(interaction: DatasetInteraction, options: ProbeOptions): Promise<number | undefined> {
  const { ingest, profiles, signal, onWaiting } = options;
  const startedAtMs = performance.now();
  // Not the signal: an event once begun is sent to the end, or the audit would not know of it.
  const { token } = await publishUntilStored(ingest, [eventOfInteraction(interaction)], new AbortController().signal);
  const request = {
    profile: { key: { $case: 'userId', value: interaction.userId } },
    options: { readToken: encodeReadToken(token), freshness: Freshness.UNSPECIFIED },
  } as const;
  for (;;) {
    const answer = await profiles.getProfile(request, { timeoutMs: readMs }).catch(() => undefined);
    const elapsedMs = performance.now() - startedAtMs;
    if (answer?.info?.tokenCovered === true) return elapsedMs;
    if (elapsedMs > patienceMs || signal.aborted) return undefined;
    onWaiting(elapsedMs);
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
