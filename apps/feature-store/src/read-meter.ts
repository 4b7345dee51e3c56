import { latencyBucketsSeconds, type Metrics } from '@affinity/service-kit';

/** Counts what reads wait for. */
export interface ReadMeter {
  /** A read with a token has waited until the token was covered, or as long as its deadline allowed. */
  waitedForToken(covered: boolean, seconds: number): void;
}

/** A meter in Prometheus. */
export function createReadMeter(metrics: Metrics): ReadMeter {
  const waits = metrics.histogram<'covered'>({
    name: 'affinity_profile_token_wait_seconds',
    help: 'How long reads with a token waited until the events before it were visible, and whether they were in time',
    labels: ['covered'],
    buckets: latencyBucketsSeconds,
  });
  return { waitedForToken: (covered, seconds) => waits.observe({ covered: String(covered) }, seconds) };
}
