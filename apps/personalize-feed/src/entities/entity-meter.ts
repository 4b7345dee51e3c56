import type { EntityKind } from '@affinity/personalize';
import type { AffinityError, Health, Metrics } from '@affinity/service-kit';

/** What became of a changed item or user. */
export type EntityOutcome =
  /** Personalize has it. */
  | 'sent'
  /** It is not stored any more; Personalize forgets by a data deletion job only. */
  | 'gone'
  /** Personalize refuses it as invalid: a dead letter, unless it was one. */
  | 'refused';

/** Counts what is sent of items and users. */
export interface EntityMeter {
  ended(kind: EntityKind, outcome: EntityOutcome, count: number): void;
  /** A call ended. */
  called(kind: EntityKind, failure: AffinityError | undefined): void;
  /** This replica feeds them no more: what failed is for others to mend. */
  idle(kind: EntityKind): void;
}

/** A meter in Prometheus; while calls fail, the service says so in its readiness, for it cannot do its job. */
export function createEntityMeter({
  metrics,
  health,
}: {
  readonly metrics: Metrics;
  readonly health: Health;
}): EntityMeter {
  const entities = metrics.counter<'kind' | 'outcome'>({
    name: 'affinity_personalize_feed_entities_total',
    help: 'Changed items and users by what became of them',
    labels: ['kind', 'outcome'],
  });
  const calls = metrics.counter<'kind' | 'outcome'>({
    name: 'affinity_personalize_feed_entity_calls_total',
    help: 'PutItems and PutUsers calls by outcome: ok or an error code',
    labels: ['kind', 'outcome'],
  });
  return {
    ended: (kind, outcome, count) => entities.inc({ kind, outcome }, count),
    called: (kind, failure) => {
      calls.inc({ kind, outcome: failure?.code.toLowerCase() ?? 'ok' });
      const unwell = failure !== undefined && failure.code !== 'INVALID_ARGUMENT' && failure.code !== 'CANCELLED';
      health.report(`personalize-${kind}s`, unwell ? failure.message : undefined);
    },
    idle: (kind) => health.report(`personalize-${kind}s`, undefined),
  };
}
