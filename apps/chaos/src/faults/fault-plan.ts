import { seededRandom } from '@affinity/testing';

/** All kinds of faults, by what they befall. */
export const faultKinds = [
  'stop replica',
  'kill replica',
  'hang replica',
  'delay replica',
  'cut replica off',
  'kill stream',
  'roll stream back',
  'flush cache',
  'kill cache',
  'store refuses',
  'store throttles',
  'store drops answers',
  'store is slow',
  'kill lake sink',
  'hang lake sink',
  'cut lake sink off',
  'lake refuses',
  'lake drops answers',
  'lake is slow',
  'lake answers too late',
] as const;

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault to come. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** It begins when so many events are acknowledged. */
  readonly atEvent: number;
  /** How long it lasts, in milliseconds. */
  readonly holdMs: number;
  /** Which replica, or which lake sink, it befalls, where it befalls one. */
  readonly replica: number;
}

/** What to plan. */
export interface FaultPlanOptions {
  readonly faults: number;
  /** Events of the run. */
  readonly events: number;
  readonly replicas: number;
  readonly sinks: number;
  readonly longestMs: number;
  readonly seed: number;
}

const shortestMs = 300;

/**
 * Faults spread evenly over the events of a run. Every kind comes once before any comes twice; order, lengths and replicas
 * depend on the seed alone.
 */
export function planFaults({
  faults,
  events,
  replicas,
  sinks,
  longestMs,
  seed,
}: FaultPlanOptions): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const kinds: FaultKind[] = [];
  while (kinds.length < faults) kinds.push(...shuffled(faultKinds, random));
  return kinds.slice(0, faults).map((kind, i) => ({
    kind,
    atEvent: Math.floor(((i + 1) * events) / (faults + 1)),
    holdMs: Math.round(shortestMs + random() * Math.max(0, longestMs - shortestMs)),
    replica: Math.floor(random() * (isOfSink(kind) ? sinks : replicas)),
  }));
}

/** What a fault befalls: two faults never befall the same at the same time. */
export function targetOf({ kind, replica }: PlannedFault): string {
  switch (kind) {
    case 'stop replica':
    case 'kill replica':
    case 'hang replica':
    case 'delay replica':
    case 'cut replica off':
      return `replica ${replica}`;
    case 'kill stream':
    case 'roll stream back':
      return 'stream';
    case 'flush cache':
    case 'kill cache':
      return 'cache';
    case 'store refuses':
    case 'store throttles':
    case 'store drops answers':
    case 'store is slow':
      return 'store';
    case 'kill lake sink':
    case 'hang lake sink':
    case 'cut lake sink off':
      // One at a time: each lasts until the other has taken over.
      return 'lake sinks';
    case 'lake refuses':
    case 'lake drops answers':
    case 'lake is slow':
    case 'lake answers too late':
      return 'lake';
  }
}

function isOfSink(kind: FaultKind): boolean {
  return kind === 'kill lake sink' || kind === 'hang lake sink' || kind === 'cut lake sink off';
}

/** Source: Fisher and Yates, in Durstenfeld's form. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
