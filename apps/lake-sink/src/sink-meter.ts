import type { Metrics } from '@affinity/service-kit';
import type { RangeObject } from './range-writer';

/** What waits to be stored, asked for at each scrape. */
export interface SinkBacklog {
  readonly bufferedBytes: number;
  /** Epoch nanoseconds of the oldest message that waits; undefined when none does. */
  readonly oldestBufferedNs: bigint | undefined;
  readonly activeShards: number;
}

/** Counts what the sink stores. */
export interface SinkMeter {
  readonly onStored: (range: RangeObject) => void;
  readonly onDeadLetter: () => void;
  /** Registers the gauges of a sink's backlog. */
  watch(backlog: SinkBacklog): void;
}

/** A meter on a service's metrics. `nowMs`: epoch milliseconds. */
export function createSinkMeter(metrics: Metrics, nowMs: () => number): SinkMeter {
  const name = (rest: string): `affinity_${string}` => `affinity_lake_sink_${rest}`;
  const events = metrics.counter({ name: name('events_total'), help: 'Events in objects stored' });
  const objects = metrics.counter({ name: name('objects_total'), help: 'Objects stored' });
  const bytes = metrics.counter({ name: name('bytes_total'), help: 'Bytes of objects stored, as stored' });
  const letters = metrics.counter({ name: name('dead_letters_total'), help: 'Messages that could not be read' });
  return {
    onStored({ count, object }) {
      events.inc(count);
      objects.inc();
      bytes.inc(object.body.length);
    },
    onDeadLetter: () => letters.inc(),
    watch(backlog) {
      metrics.gauge({
        name: name('buffered_bytes'),
        help: 'Bytes, before compression, that wait to be stored',
        read: () => backlog.bufferedBytes,
      });
      metrics.gauge({
        name: name('lag_seconds'),
        help: 'Age of the oldest event that was read and is not stored; 0 when there is none',
        read: () => lagSeconds(backlog.oldestBufferedNs, nowMs()),
      });
      metrics.gauge({
        name: name('shards'),
        help: 'Shards that this replica works on',
        read: () => backlog.activeShards,
      });
    },
  };
}

function lagSeconds(oldestNs: bigint | undefined, nowMs: number): number {
  return oldestNs === undefined ? 0 : Math.max(0, nowMs - Number(oldestNs / 1_000_000n)) / 1_000;
}
