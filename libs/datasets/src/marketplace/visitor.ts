import type { TrueTaste } from '../true-taste';
import type { Random } from './random';
import { drawTaste, type Market, type PreparedTaste } from './visitor-taste';

/** A generated visitor: one taste, or two with a moment of change. */
export interface Visitor {
  readonly userId: string;
  readonly before: PreparedTaste;
  readonly drift: { readonly atMs: number; readonly after: PreparedTaste } | undefined;
  /** Vehicles that they have parked and not unparked. */
  readonly parked: Set<number>;
}

/** The share of visitors whose taste changes. */
const driftingShare = 0.2;

/** Draws the visitor number `number`; a change of taste falls into the middle half of the period, on a full second. */
export function drawVisitor(random: Random, { number, market, beginsAtMs, endsAtMs }: VisitorOptions): Visitor {
  const before = drawTaste(random, market);
  const drifts = random.chance(driftingShare);
  const seconds = Math.round((beginsAtMs + (0.25 + 0.5 * random.unit()) * (endsAtMs - beginsAtMs)) / 1_000);
  return {
    userId: `u${String(number).padStart(6, '0')}`,
    before,
    drift: drifts ? { atMs: seconds * 1_000, after: drawTaste(random, market) } : undefined,
    parked: new Set(),
  };
}

/** Which visitor to draw, for which market and period. */
export interface VisitorOptions {
  readonly number: number;
  readonly market: Market;
  readonly beginsAtMs: number;
  readonly endsAtMs: number;
}

/** The taste that a visitor has at an instant. */
export function tasteAt({ before, drift }: Visitor, atMs: number): PreparedTaste {
  return drift !== undefined && atMs >= drift.atMs ? drift.after : before;
}

/** What a visitor's interactions were drawn from. */
export function trueTasteOf({ userId, before, drift }: Visitor): TrueTaste {
  const taste = before.taste;
  return drift === undefined
    ? { userId, taste }
    : { userId, taste, drift: { atMs: drift.atMs, taste: drift.after.taste } };
}
