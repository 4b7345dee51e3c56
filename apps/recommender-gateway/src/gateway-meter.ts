import type { MissingPart, RecommendationInfo } from '@affinity/contracts';
import { latencyBucketsSeconds, type Metrics } from '@affinity/service-kit';

/** Counts what the gateway does. */
export interface GatewayMeter {
  /** A call to the model ended: which, `ok` or an error code, and how long it took. */
  askedModel(operation: string, outcome: string, seconds: number): void;
  /** An answer had to do without a part. */
  missed(part: MissingPart, code: string): void;
  /** An answer was given. */
  answered(method: string, info: Pick<RecommendationInfo, 'degraded' | 'variant'>): void;
}

/**
 * A meter in Prometheus. With a price, also what the calls to Personalize cost, in the price's currency: those that it
 * answered, and those that were given up on, which it may have answered too late; it does not charge for what it refuses.
 */
export function createGatewayMeter(
  metrics: Metrics,
  { pricePer1000 }: { readonly pricePer1000: number | undefined },
): GatewayMeter {
  const calls = metrics.histogram<'operation' | 'outcome'>({
    name: 'affinity_gateway_model_call_seconds',
    help: 'Calls to Personalize by outcome: ok or an error code',
    labels: ['operation', 'outcome'],
    buckets: latencyBucketsSeconds,
  });
  const missing = metrics.counter<'part' | 'code'>({
    name: 'affinity_gateway_missing_parts_total',
    help: 'Parts that answers had to do without, and why',
    labels: ['part', 'code'],
  });
  const cost = pricePer1000 === undefined ? undefined : costCounter(metrics);
  const answers = metrics.counter<'method' | 'degraded' | 'variant'>({
    name: 'affinity_gateway_answers_total',
    help: 'Answers given',
    labels: ['method', 'degraded', 'variant'],
  });
  return {
    askedModel: (operation, outcome, seconds) => {
      calls.observe({ operation, outcome }, seconds);
      if (chargedOutcomes.has(outcome)) cost?.inc({ operation }, (pricePer1000 ?? 0) / 1_000);
    },
    missed: (part, code) =>
      missing.inc({ part: part.replace('MISSING_PART_', '').toLowerCase(), code: code.toLowerCase() }),
    answered: (method, { degraded, variant }) => answers.inc({ method, degraded: String(degraded), variant }),
  };
}

const chargedOutcomes = new Set(['ok', 'deadline_exceeded', 'cancelled']);

function costCounter(metrics: Metrics) {
  return metrics.counter<'operation'>({
    name: 'affinity_gateway_model_cost_total',
    help: 'What calls to Personalize cost, in the currency of the configured price',
    labels: ['operation'],
  });
}
