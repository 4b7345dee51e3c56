import { mergeReadTokens, type ReadToken } from '@affinity/contracts';
import { eventOfInteraction, publishUntilStored, type DatasetInteraction, type IngestClient } from '@affinity/datasets';
import { fnv1a32 } from '@affinity/domain';
import { Lane } from './lane';

/** How interactions are replayed. */
export interface ReplayOptions {
  readonly client: IngestClient;
  /** Resolves when so many more events may be sent. */
  readonly take: (events: number, signal: AbortSignal) => Promise<void>;
  /** Told of events that are stored, as they are. */
  readonly onStored: (events: number) => void;
  readonly signal: AbortSignal;
}

/** What a replay did. */
export interface ReplayResult {
  readonly events: number;
  readonly duplicates: number;
  readonly retries: number;
  /** Asks to see all of them. */
  readonly token: ReadToken;
}

/** Calls under way at once. */
const lanes = 8;
const eventsPerCall = 100;
const laneCapacity = 500;

/**
 * Replays interactions with several calls under way. All events of a visitor go through the same lane, one call after the
 * other, so that each visitor's order is kept. Memory is bounded. Rejects with the first failure.
 */
export async function replay(
  interactions: AsyncIterable<DatasetInteraction> | Iterable<DatasetInteraction>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queues = Array.from({ length: lanes }, () => new Lane<DatasetInteraction>(laneCapacity));
  try {
    const workers = queues.map((queue) => drain(queue, { ...options, signal }));
    // A lane that fails takes nothing any more, and the distribution would wait for it for ever.
    const failed = Promise.all(workers).then(() => undefined);
    await Promise.race([distribute(interactions, queues), failed]);
    for (const queue of queues) queue.end();
    return (await Promise.all(workers)).reduce(addResults);
  } finally {
    stop.abort();
  }
}

async function distribute(
  interactions: AsyncIterable<DatasetInteraction> | Iterable<DatasetInteraction>,
  queues: readonly Lane<DatasetInteraction>[],
): Promise<void> {
  for await (const interaction of interactions) {
    const visitor = interaction.userId || interaction.sessionId;
    await queues[fnv1a32(visitor) % queues.length]?.put(interaction);
  }
}

async function drain(queue: Lane<DatasetInteraction>, options: ReplayOptions): Promise<ReplayResult> {
  let result: ReplayResult = { events: 0, duplicates: 0, retries: 0, token: new Map() };
  for (let batch = await queue.take(eventsPerCall); batch.length > 0; batch = await queue.take(eventsPerCall)) {
    await options.take(batch.length, options.signal);
    const published = await publishUntilStored(options.client, batch.map(eventOfInteraction), options.signal);
    options.onStored(batch.length);
    result = addResults(result, { events: batch.length, ...published });
  }
  return result;
}

function addResults(left: ReplayResult, right: ReplayResult): ReplayResult {
  return {
    events: left.events + right.events,
    duplicates: left.duplicates + right.duplicates,
    retries: left.retries + right.retries,
    token: mergeReadTokens(left.token, right.token),
  };
}
