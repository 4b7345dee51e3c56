import type { TrueTaste } from '../true-taste';
import { indexCatalogue } from './catalogue-index';
import { shuffled, zipfWeights } from './distributions';
import { Random } from './random';
import { drawSessionEvents, type SessionEvent } from './session-events';
import { drawSessions } from './sessions';
import { drawVehicle, type Vehicle } from './vehicle';
import { drawVisitor, trueTasteOf, type Visitor } from './visitor';
import { WeightedChoice } from './weighted-choice';

/** What marketplace to draw. The same options always give the same marketplace. */
export interface MarketplaceOptions {
  /** Any safe integer. */
  readonly seed: number;
  /** At least 1. */
  readonly users: number;
  /** At least 1. */
  readonly items: number;
  readonly events: number;
  /** Length of the period, in days of 24 hours; at least 1. */
  readonly days: number;
  /** End of the period, in epoch milliseconds; every event lies before it. */
  readonly endsAtMs: number;
}

/** A drawn marketplace. */
export interface Marketplace {
  readonly vehicles: readonly Vehicle[];
  /** By time; of equal times by session. Exactly as many as asked for. */
  readonly events: readonly SessionEvent[];
  /** The tastes of all visitors, those without an event included. */
  readonly truth: readonly TrueTaste[];
}

/** Zipf exponent of the interest that vehicles meet. */
const interestExponent = 0.7;

/**
 * Draws a vehicle marketplace: vehicles whose attributes hang together, visitors with known tastes of whom a fifth change
 * theirs, vehicles and visitors of unequal popularity, sessions, some of them anonymous.
 */
export function drawMarketplace(options: MarketplaceOptions): Marketplace {
  const random = new Random(options.seed);
  const beginsAtMs = options.endsAtMs - options.days * 86_400_000;
  const newestYear = new Date(options.endsAtMs).getUTCFullYear();
  const vehicles = Array.from({ length: options.items }, (_, index) => drawVehicle(random, { index, newestYear }));
  const period = { beginsAtMs, endsAtMs: options.endsAtMs };
  const interest = new WeightedChoice(shuffled(random, zipfWeights(vehicles.length, interestExponent)));
  const market = { index: indexCatalogue(vehicles), interest };
  const visitors = Array.from({ length: options.users }, (_, number) =>
    drawVisitor(random, { number, market, ...period }),
  );
  const sessions = drawSessions(random, { visitors: visitors.length, views: viewsFor(options.events), ...period });
  const events = sessions.flatMap((session) => {
    const visitor = visitors[session.visitor] as Visitor;
    return drawSessionEvents(random, { session, visitor, vehicles });
  });
  return { vehicles, events: newestOf(byTime(events), options.events), truth: visitors.map(trueTasteOf) };
}

function byTime(events: readonly SessionEvent[]): readonly SessionEvent[] {
  return [...events].sort((left, right) => left.occurredAtMs - right.occurredAtMs);
}

/**
 * Views that are enough for so many events: a view leads to 0.18 further events on average, and the margin is seven
 * standard deviations.
 */
function viewsFor(events: number): number {
  return Math.ceil(events / 1.15 + 3 * Math.sqrt(events));
}

/** The few events too many are the oldest. */
function newestOf(events: readonly SessionEvent[], count: number): readonly SessionEvent[] {
  return count === 0 ? [] : events.slice(-count);
}
