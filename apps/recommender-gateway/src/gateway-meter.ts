import type { MissingPart } from '@affinity/contracts';
import { latencyBucketsSeconds, type Metrics } from '@affinity/service-kit';

/** Counts what the gateway does. */
export interface GatewayMeter {
  /** A call to the model ended: which, `ok` or an error code, and how long it took. */
  askedModel(operation: string, outcome: string, seconds: number): void;
  /** An answer had to do without a part. */
  missed(part: MissingPart, code: string): void;
  /** An answer was given. */
  answered(method: string, degraded: boolean): void;
}

/** A meter in Prometheus. The calls to the model are those that Amazon charges for. */
export function createGatewayMeter(metrics: Metrics): GatewayMeter {
  const calls = metrics.histogram<'operation' | 'outcome'>({
    name: 'affinity_gateway_model_call_seconds',
    help: 'Calls to Personalize; their number is what it charges for',
    labels: ['operation', 'outcome'],
    buckets: latencyBucketsSeconds,
  });
  const missing = metrics.counter<'part' | 'code'>({
    name: 'affinity_gateway_missing_parts_total',
    help: 'Parts that answers had to do without, and why',
    labels: ['part', 'code'],
  });
  const answers = metrics.counter<'method' | 'degraded'>({
    name: 'affinity_gateway_answers_total',
    help: 'Answers given',
    labels: ['method', 'degraded'],
  });
  return {
    askedModel: (operation, outcome, seconds) => calls.observe({ operation, outcome }, seconds),
    missed: (part, code) =>
      missing.inc({ part: part.replace('MISSING_PART_', '').toLowerCase(), code: code.toLowerCase() }),
    answered: (method, degraded) => answers.inc({ method, degraded: String(degraded) }),
  };
}
