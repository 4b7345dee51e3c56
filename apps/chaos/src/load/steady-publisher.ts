import { setMaxListeners } from 'node:events';
import { TokenBucket } from '@affinity/service-kit';
import { type ChaosEvent, toMessage } from './chaos-event';
import type { LateRepeats } from './late-repeats';
import { type IngestClient, publishUntilAcknowledged } from './publish-until-acknowledged';

/** What to publish, how fast, and through what. */
export interface SteadyPublisherOptions {
  readonly client: IngestClient;
  readonly lateRepeats: LateRepeats;
  readonly nextEvent: () => ChaosEvent;
  readonly events: number;
  /** Events a second. */
  readonly rate: number;
  /** Numbers in [0, 1) that decide what is repeated. */
  readonly random: () => number;
}

/** What was published so far. */
export interface PublishedCounts {
  readonly acknowledged: number;
  /** Acknowledged events that were sent once more through ingest. */
  readonly repeatsSent: number;
  /** Of all events sent, those that ingest knew already. */
  readonly duplicates: number;
  readonly retries: number;
}

const batchesPerSecond = 30;
/** Batches without an acknowledgement; beyond it publishing waits, as any client has to. */
const maxBatchesInFlight = 32;
/** Share of events that a client sends once more soon after. */
const repeatShare = 0.02;
/** Share of events that are stored once more as if long after. */
const lateRepeatShare = 0.01;

/** Publishes events at a steady rate, each until it is acknowledged, and repeats some of the acknowledged ones. */
export class SteadyPublisher {
  /** Every acknowledged event by its id. */
  readonly acknowledged = new Map<string, ChaosEvent>();
  private readonly recent: ChaosEvent[] = [];
  private repeatsSent = 0;
  private duplicates = 0;
  private retries = 0;

  constructor(private readonly options: SteadyPublisherOptions) {}

  /** What was published so far. */
  get counts(): PublishedCounts {
    const { repeatsSent, duplicates, retries } = this;
    return { acknowledged: this.acknowledged.size, repeatsSent, duplicates, retries };
  }

  /** Resolves when all events and repeats are acknowledged; rejects with the signal's reason when it aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { events, rate } = this.options;
    const batchSize = Math.max(1, Math.round(rate / batchesPerSecond));
    // A busy machine wakes this loop late: a second's events may be made up for.
    const pace = new TokenBucket({ ratePerSecond: rate, burst: Math.max(rate, batchSize) });
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    setMaxListeners(0, either); // Every batch listens.
    const underWay = new Set<Promise<void>>();
    for (let made = 0; made < events; made += batchSize) {
      await pace.take(batchSize, either);
      while (underWay.size >= maxBatchesInFlight) await Promise.race(underWay);
      const batch = this.publishBatch(Math.min(batchSize, events - made), either).catch((error: unknown) =>
        failure.abort(error),
      );
      const listed = batch.finally(() => underWay.delete(listed));
      underWay.add(listed);
    }
    await Promise.all(underWay);
    either.throwIfAborted();
  }

  private async publishBatch(size: number, signal: AbortSignal): Promise<void> {
    const fresh = Array.from({ length: size }, this.options.nextEvent);
    const repeated = this.chosen(size, repeatShare);
    const late = this.chosen(size, lateRepeatShare);
    const { duplicates, retries } = await publishUntilAcknowledged(
      this.options.client,
      [...fresh, ...repeated].map(toMessage),
      signal,
    );
    this.duplicates += duplicates;
    this.retries += retries;
    this.repeatsSent += repeated.length;
    for (const event of fresh) this.acknowledged.set(event.eventId, event);
    this.remember(fresh);
    await Promise.all(late.map((event) => this.options.lateRepeats.repeat(event, signal)));
  }

  /** Acknowledged events to repeat: about the share of a batch. */
  private chosen(size: number, share: number): readonly ChaosEvent[] {
    const { random } = this.options;
    const draws = Array.from({ length: size }, random).filter((draw) => draw < share);
    return draws.flatMap(() => this.recent[Math.floor(random() * this.recent.length)] ?? []);
  }

  private remember(events: readonly ChaosEvent[]): void {
    this.recent.push(...events);
    if (this.recent.length > rememberedEvents) this.recent.splice(0, this.recent.length - rememberedEvents);
  }
}

/** Acknowledged events from which repeats are chosen: recent ones, which the stream recognises by their message id. */
const rememberedEvents = 5_000;
