import type { ReplayedEvent } from './replayed-event';

/** The ways to part events into what is learned from and what is asked about. */
export const splitKinds = ['last10', 'last1', 'temporal'] as const;

/** See {@link splitEvents}. */
export type SplitKind = (typeof splitKinds)[number];

/** A visitor to be asked about. */
export interface EvaluationQuery {
  readonly profileKey: string;
  /** When the first held-out event happened: the instant of the question, in epoch milliseconds. */
  readonly atMs: number;
  /** The held-out events' items, each once. */
  readonly itemIds: readonly string[];
}

/** Events to learn from, and questions. */
export interface EventSplit {
  /** In the order of time. */
  readonly training: readonly ReplayedEvent[];
  readonly queries: readonly EvaluationQuery[];
}

const temporalTrainingShare = 0.85;
const leastTemporalEvents = 3;

/**
 * Parts events, which are in the order of time. `last10`: of each visitor with 10 events or more, the last tenth (at least
 * one) is held out. `last1`: of each visitor with 2 or more, the last. `temporal`: the last 15 % of all events are held out;
 * only visitors with 3 events or more before them are asked about.
 */
export function splitEvents(events: readonly ReplayedEvent[], kind: SplitKind): EventSplit {
  switch (kind) {
    case 'last10':
      return splitByVisitor(events, (count) => (count < 10 ? 0 : Math.max(1, Math.floor(count / 10))));
    case 'last1':
      return splitByVisitor(events, (count) => (count < 2 ? 0 : 1));
    case 'temporal':
      return splitByTime(events);
  }
}

function splitByVisitor(events: readonly ReplayedEvent[], heldOutOf: (count: number) => number): EventSplit {
  const heldOut = new Set<ReplayedEvent>();
  const queries: EvaluationQuery[] = [];
  for (const [profileKey, own] of byVisitor(events)) {
    const last = own.slice(own.length - heldOutOf(own.length));
    for (const event of last) heldOut.add(event);
    if (last.length > 0) queries.push(queryOf(profileKey, last));
  }
  return { training: events.filter((event) => !heldOut.has(event)), queries };
}

function splitByTime(events: readonly ReplayedEvent[]): EventSplit {
  const trained = Math.floor(events.length * temporalTrainingShare);
  const training = events.slice(0, trained);
  const known = byVisitor(training);
  const queries = [...byVisitor(events.slice(trained))]
    .filter(([profileKey]) => (known.get(profileKey)?.length ?? 0) >= leastTemporalEvents)
    .map(([profileKey, own]) => queryOf(profileKey, own));
  return { training, queries };
}

function byVisitor(events: readonly ReplayedEvent[]): ReadonlyMap<string, readonly ReplayedEvent[]> {
  const visitors = new Map<string, ReplayedEvent[]>();
  for (const event of events) {
    const { profileKey } = event.interaction;
    const own = visitors.get(profileKey);
    if (own === undefined) visitors.set(profileKey, [event]);
    else own.push(event);
  }
  return visitors;
}

function queryOf(profileKey: string, heldOut: readonly ReplayedEvent[]): EvaluationQuery {
  const atMs = heldOut[0]?.interaction.occurredAtMs ?? 0;
  return { profileKey, atMs, itemIds: [...new Set(heldOut.map(({ itemId }) => itemId))] };
}
