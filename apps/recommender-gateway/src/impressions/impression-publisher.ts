import type { Event, EventOutcome, IngestServiceService } from '@affinity/contracts';
import {
  type Component,
  fromUnknown,
  type GrpcClient,
  type Logger,
  retry,
  type StopOptions,
} from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Impression, impressionEvents } from './impression-events';
import type { ImpressionMeter } from './impression-meter';

/** What impressions are published through. */
export interface ImpressionPublisherOptions {
  readonly ingest: Pick<GrpcClient<typeof IngestServiceService>, 'publishEvents'>;
  readonly eventType: string;
  /** Events that may wait; what comes beyond is dropped, counted and logged. */
  readonly maxWaiting: number;
  readonly meter: ImpressionMeter;
  readonly logger: Logger;
}

const eventsPerCall = 100;
const callTimeoutMs = 5_000;
/** Pause before what ingest could not take is sent again, at least, whatever it says: else it would be asked without end. */
const minRetryMs = 50;
/** Part of the grace that what waits may still be sent in. */
const drainShare = 0.5;

/**
 * Publishes impressions through ingest, behind the answers' back.
 *
 * P1. `offer` never waits and never fails: an answer is not worth less because nobody could be told of it.
 * P2. What waits is sent, in the order offered, until ingest has stored or refused it: while ingest is away nothing goes
 *     but what does not fit. A repeat has the same event id, so that it is stored once.
 * P3. Whatever is not stored (refused, no room, still waiting at the end of a stop) is counted and logged. A crash loses
 *     what waits: impressions are for evaluation, which compares what was stored.
 */
export class ImpressionPublisher implements Component {
  readonly name = 'impressions';
  private readonly waiting: Event[] = [];
  private readonly cut = new AbortController();
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;
  private done: Promise<void> = Promise.resolve();
  private overflowing = false;

  constructor(private readonly options: ImpressionPublisherOptions) {}

  /** Events not yet stored or refused. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Takes an impression (P1). */
  offer(impression: Impression): void {
    const { eventType, maxWaiting, meter, logger } = this.options;
    const events = impressionEvents(impression, { eventType, key: randomUUID() });
    if (this.waiting.length + events.length > maxWaiting) {
      meter.ended('no_room', events.length); // P3
      if (!this.overflowing) logger.warn({ maxWaiting }, 'no room for impressions, they are dropped');
      this.overflowing = true;
      return;
    }
    this.waiting.push(...events);
    this.wake();
  }

  /** See Component. */
  start(): Promise<void> {
    this.done = this.publishAll();
    return Promise.resolve();
  }

  /** Sends what waits, as far as the grace allows. */
  async stop({ graceMs }: StopOptions): Promise<void> {
    this.stopping.abort();
    this.wake();
    const timer = setTimeout(() => this.cut.abort(), graceMs * drainShare);
    await this.done;
    clearTimeout(timer);
    if (this.waiting.length === 0) return;
    this.options.meter.ended('cut', this.waiting.length); // P3
    this.options.logger.warn({ events: this.waiting.length }, 'impressions were not stored before the stop');
  }

  private async publishAll(): Promise<void> {
    while (!this.cut.signal.aborted) {
      if (this.waiting.length > 0) await this.publishNext();
      else if (this.stopping.signal.aborted) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async publishNext(): Promise<void> {
    const { signal } = this.cut;
    const events = this.waiting.slice(0, eventsPerCall);
    try {
      const outcomes = await this.send(events);
      const again = this.settle(events, outcomes);
      this.waiting.splice(0, events.length, ...again.events);
      this.overflowing = false;
      if (again.events.length > 0) await delay(again.afterMs, undefined, { signal });
    } catch (thrown) {
      if (signal.aborted) return; // What waits is counted by stop.
      const error = fromUnknown(thrown);
      this.waiting.splice(0, events.length);
      this.options.meter.ended('refused', events.length); // P3
      this.options.logger.error({ err: error, events: events.length }, 'ingest refused impressions');
    }
  }

  /** P2: only a call that breaks ingest's limits is given up, for it would break them again. */
  private async send(events: readonly Event[]): Promise<readonly EventOutcome[]> {
    const { ingest, logger, meter } = this.options;
    const { signal } = this.cut;
    const call = async (attempt: number): Promise<readonly EventOutcome[]> => {
      try {
        return (await ingest.publishEvents({ events: [...events] }, { timeoutMs: callTimeoutMs, signal })).outcomes;
      } catch (error) {
        meter.failed();
        if (attempt === 1) logger.warn({ err: fromUnknown(error) }, 'ingest does not take impressions, trying again');
        throw error;
      }
    };
    const isRetryable = ({ code }: { readonly code: string }): boolean =>
      code !== 'INVALID_ARGUMENT' && !signal.aborted;
    return retry(call, { attempts: Infinity, baseDelayMs: 100, maxDelayMs: 5_000, signal, isRetryable });
  }

  private settle(events: readonly Event[], outcomes: readonly EventOutcome[]): Again {
    const again: Event[] = [];
    let afterMs = minRetryMs;
    events.forEach((event, i) => {
      const outcome = outcomes[i]?.outcome;
      if (outcome?.$case === 'accepted' || outcome?.$case === 'duplicate') {
        this.options.meter.ended('stored', 1);
      } else if (outcome?.$case === 'rejected') {
        this.options.meter.ended('refused', 1);
        this.options.logger.error({ violations: outcome.value.violations }, 'ingest refused an impression');
      } else {
        again.push(event);
        afterMs = Math.max(afterMs, outcome?.value.retryAfterMs ?? 0);
      }
    });
    return { events: again, afterMs };
  }
}

interface Again {
  readonly events: readonly Event[];
  readonly afterMs: number;
}
