import { latencyBucketsSeconds, type Metrics } from '@affinity/service-kit';
import type { CatalogueMeter } from './catalogue/cached-catalogue';
import type { TakenEvent } from './publishing/taken-event';

/** What ingest measures. */
export interface IngestMeter {
  /** Events were answered. */
  took(events: readonly TakenEvent[]): void;
  /** A publication was answered after this many milliseconds. */
  published(tookMs: number): void;
  readonly catalogue: CatalogueMeter;
}

/** Registers the metrics of ingest. `inFlight` is asked for at each scrape. */
export function createIngestMeter(metrics: Metrics, inFlight: () => number): IngestMeter {
  const events = metrics.counter({
    name: 'affinity_ingest_events_total',
    help: 'Events by outcome, and for rejected ones by the first field that breaks a rule',
    labels: ['outcome', 'reason'],
  });
  const latency = metrics.histogram({
    name: 'affinity_ingest_publish_seconds',
    help: 'Time from publishing an event until the stream had stored it',
    buckets: latencyBucketsSeconds,
  });
  metrics.gauge({ name: 'affinity_ingest_events_in_flight', help: 'Events being handled', read: inFlight });
  return {
    took: (taken) => {
      for (const event of taken) events.inc(labelsOf(event));
    },
    published: (tookMs) => latency.observe(tookMs / 1_000),
    catalogue: createCatalogueMeter(metrics),
  };
}

function createCatalogueMeter(metrics: Metrics): CatalogueMeter {
  const lookups = metrics.counter({
    name: 'affinity_ingest_catalogue_lookups_total',
    help: 'Items looked up, by whether the cache knew them',
    labels: ['result'],
  });
  const failures = metrics.counter({
    name: 'affinity_ingest_catalogue_failures_total',
    help: 'Reads of the catalogue that failed',
  });
  return {
    lookedUp: ({ hits, misses }) => {
      lookups.inc({ result: 'hit' }, hits);
      lookups.inc({ result: 'miss' }, misses);
    },
    failed: () => failures.inc(),
  };
}

function labelsOf({ outcome: { outcome } }: TakenEvent): { readonly outcome: string; readonly reason: string } {
  switch (outcome?.$case) {
    case 'accepted':
      return { outcome: 'accepted', reason: outcome.value.unknownItem ? 'unknown_item' : '' };
    case 'duplicate':
      return { outcome: 'duplicate', reason: '' };
    case 'rejected':
      return { outcome: 'rejected', reason: fieldLabel(outcome.value.violations[0]?.field ?? '') };
    case 'retryLater':
    case undefined:
      return { outcome: 'retry_later', reason: '' };
  }
}

/** The field without what callers can vary without end: names of attributes and positions in lists. */
function fieldLabel(field: string): string {
  return /^[a-z_]+/.exec(field)?.[0] ?? '';
}
