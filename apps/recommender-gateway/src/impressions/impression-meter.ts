import type { Metrics } from '@affinity/service-kit';

/** What became of an impression's event. All but `stored` are losses. */
export type ImpressionOutcome =
  /** Ingest has it. */
  | 'stored'
  /** Ingest says that it breaks a rule. */
  | 'refused'
  /** Too many waited already. */
  | 'no_room'
  /** The gateway stopped before ingest took it. */
  | 'cut';

/** Counts impressions. */
export interface ImpressionMeter {
  /** Events came to their end. */
  ended(outcome: ImpressionOutcome, events: number): void;
  /** A call to ingest failed; it is repeated. */
  failed(): void;
}

/** A meter in Prometheus. */
export function createImpressionMeter(metrics: Metrics): ImpressionMeter {
  const events = metrics.counter<'outcome'>({
    name: 'affinity_gateway_impression_events_total',
    help: 'Impression events by what became of them: stored, refused, no_room or cut',
    labels: ['outcome'],
  });
  const failures = metrics.counter({
    name: 'affinity_gateway_impression_failures_total',
    help: 'Calls to ingest that failed and are repeated',
  });
  return {
    ended: (outcome, count) => events.inc({ outcome }, count),
    failed: () => failures.inc(),
  };
}
