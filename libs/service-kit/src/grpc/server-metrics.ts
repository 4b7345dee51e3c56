import { type ErrorCode } from '../errors';
import { latencyBucketsSeconds, type Metrics } from '../metrics/metrics';

/** Counts the calls of one method. */
export interface MethodMeter {
  /** A call ended with this code. */
  ended(code: ErrorCode | 'OK'): void;
  /** A unary call took this long. */
  took(seconds: number): void;
}

/** Counts the calls of a server. */
export interface ServerMetrics {
  method(path: string): MethodMeter;
}

/** Numbers asked for at each scrape. */
export interface InFlight {
  readonly calls: () => number;
  readonly streams: () => number;
}

/** Registers what a gRPC server measures: calls by method and code, unary latency by method, calls in flight. */
export function createServerMetrics(metrics: Metrics, inFlight: InFlight): ServerMetrics {
  const ended = metrics.counter({
    name: 'affinity_grpc_server_calls_total',
    help: 'Calls that ended, by method and gRPC code',
    labels: ['method', 'code'],
  });
  const latency = metrics.histogram({
    name: 'affinity_grpc_server_seconds',
    help: 'Time from receiving a unary request to answering it',
    labels: ['method'],
    buckets: latencyBucketsSeconds,
  });
  metrics.gauge({
    name: 'affinity_grpc_server_calls_in_flight',
    help: 'Unary calls being handled',
    read: inFlight.calls,
  });
  metrics.gauge({
    name: 'affinity_grpc_server_streams_in_flight',
    help: 'Streaming calls open',
    read: inFlight.streams,
  });
  return {
    method: (path) => {
      const method = path.slice(1);
      const latencyOfMethod = latency.labels({ method });
      return {
        ended: (code) => ended.inc({ method, code }),
        took: (seconds) => latencyOfMethod.observe(seconds),
      };
    },
  };
}
