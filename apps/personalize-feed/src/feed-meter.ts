import { type AffinityError, type Health, latencyBucketsSeconds, type Metrics } from '@affinity/service-kit';
import type { FedBatch } from './visitor-batches';

/** Counts what the feed does. */
export interface FeedMeter {
  /** A call ended. */
  called(failure: AffinityError | undefined): void;
  /** Events were taken by Personalize. */
  sent(batch: FedBatch): void;
  deadLettered(): void;
  /** A record that is of no concern to Personalize. */
  skipped(): void;
  /** This replica has nothing to feed any more: what failed is for others to mend. */
  idle(): void;
}

/** What a meter reports to. */
export interface FeedMeterOptions {
  readonly metrics: Metrics;
  readonly health: Health;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

const nanosecondsPerMillisecond = 1_000_000n;

/** A meter in Prometheus; while calls fail, the service says so in its readiness, for it cannot do its job. */
export function createFeedMeter({ metrics, health, nowMs }: FeedMeterOptions): FeedMeter {
  const calls = metrics.counter<'outcome'>({
    name: 'affinity_personalize_feed_calls_total',
    help: 'PutEvents calls by outcome: ok or an error code',
    labels: ['outcome'],
  });
  const events = metrics.counter<'outcome'>({
    name: 'affinity_personalize_feed_events_total',
    help: 'Events by what became of them',
    labels: ['outcome'],
  });
  const latency = metrics.histogram({
    name: 'affinity_personalize_feed_event_seconds',
    help: 'Time from an event’s being stored in the stream to its being taken by Personalize',
    buckets: [...latencyBucketsSeconds, 30, 60, 300, 3_600],
  });
  return {
    called: (failure) => {
      calls.inc({ outcome: failure?.code.toLowerCase() ?? 'ok' });
      const unwell = failure !== undefined && failure.code !== 'INVALID_ARGUMENT' && failure.code !== 'CANCELLED';
      health.report('personalize', unwell ? failure.message : undefined);
    },
    sent: (batch) => {
      events.inc({ outcome: 'sent' }, batch.length);
      for (const { message } of batch) {
        const storedAtMs = Number(message.position.timestampNs / nanosecondsPerMillisecond);
        latency.observe(Math.max(0, nowMs() - storedAtMs) / 1_000);
      }
    },
    deadLettered: () => events.inc({ outcome: 'dead_lettered' }),
    skipped: () => events.inc({ outcome: 'skipped' }),
    idle: () => health.report('personalize', undefined),
  };
}
