import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry of a service's own, so that tests and several services in one process do not meet. */
export interface Metrics {
  readonly registry: Registry;
  /** A number that only grows. Names start with `affinity_` and end in `_total`. */
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  /** A number that goes up and down; with `read`, it is asked for at each scrape, for all values of its labels. */
  gauge<L extends string = never>(
    options: MetricOptions<L> & { readonly read?: () => number | readonly LabelledValue<L>[] },
  ): Gauge<L>;
  /** A distribution, in seconds or bytes, as the name says. */
  histogram<L extends string = never>(
    options: MetricOptions<L> & { readonly buckets: readonly number[] },
  ): Histogram<L>;
  /** Everything in the Prometheus text format. */
  render(): Promise<string>;
}

/** What a metric is made from. Labels must have few values: never ids of users or items. */
export interface MetricOptions<L extends string> {
  readonly name: `affinity_${string}`;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** What a gauge with labels has for one value of each. */
export interface LabelledValue<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** Bounds in seconds for latencies from half a millisecond to ten seconds. */
export const latencyBucketsSeconds: readonly number[] = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];

/** How a service's metrics are made. */
export interface CreateMetricsOptions {
  /** Name of the service, a label of every metric. */
  readonly service: string;
  /** Whether to watch memory, processor time, event-loop lag and so on; true unless told. */
  readonly processMetrics?: boolean;
}

/** Metrics of one service. */
export function createMetrics({ service, processMetrics = true }: CreateMetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    counter: (options) => new Counter({ ...baseOf(options), registers }),
    gauge: ({ read, ...options }) => new Gauge({ ...baseOf(options), registers, ...collector(read) }),
    histogram: ({ buckets, ...options }) => new Histogram({ ...baseOf(options), registers, buckets: [...buckets] }),
    render: () => registry.metrics(),
  };
}

function baseOf<L extends string>({ name, help, labels = [] }: MetricOptions<L>) {
  return { name, help, labelNames: [...labels] };
}

function collector<L extends string>(read: (() => number | readonly LabelledValue<L>[]) | undefined) {
  if (read === undefined) return {};
  return {
    collect(this: Gauge<L>) {
      const values = read();
      this.reset(); // What is not there any more must not be shown any more.
      if (typeof values === 'number') this.set(values);
      else for (const { labels, value } of values) this.set(labels, value);
    },
  };
}
