import { geometric, zipfWeights } from './distributions';
import type { Random } from './random';
import { WeightedChoice } from './weighted-choice';

/** One visit of one visitor. */
export interface Session {
  readonly sessionId: string;
  /** Position of the visitor. */
  readonly visitor: number;
  /** The visitor did not log in, so that their user id is not known. */
  readonly anonymous: boolean;
  readonly beginsAtMs: number;
  /** How many vehicles are viewed. */
  readonly views: number;
}

/** What the sessions of a marketplace are drawn from. */
export interface SessionOptions {
  readonly visitors: number;
  /** Sessions are drawn until their views reach this. */
  readonly views: number;
  readonly beginsAtMs: number;
  readonly endsAtMs: number;
}

const meanViews = 6;
const anonymousShare = 0.1;

/** How much busier than others each hour of the day is, in UTC. */
const hourWeights = [2, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 7, 6, 6, 6, 7, 8, 10, 12, 12, 10, 7, 4];

/** The most that a session lasts, so that every one ends before the period does. */
export const maxSessionMs = 3_600_000;

/** Draws sessions in the order of their beginnings. Visitors are active by Zipf's law with exponent 0.7. */
export function drawSessions(random: Random, options: SessionOptions): readonly Session[] {
  const activity = new WeightedChoice(zipfWeights(options.visitors, 0.7));
  const hours = new WeightedChoice(hourWeights);
  const drafts: Omit<Session, 'sessionId'>[] = [];
  for (let views = 0; views < options.views;) {
    const draft = {
      visitor: activity.draw(random),
      anonymous: random.chance(anonymousShare),
      beginsAtMs: drawBeginning(random, hours, options),
      views: Math.min(40, geometric(random, meanViews)),
    };
    drafts.push(draft);
    views += draft.views;
  }
  drafts.sort((left, right) => left.beginsAtMs - right.beginsAtMs);
  return drafts.map((draft, i) => ({ sessionId: `s${String(i).padStart(7, '0')}`, ...draft }));
}

function drawBeginning(random: Random, hours: WeightedChoice, { beginsAtMs, endsAtMs }: SessionOptions): number {
  const latest = endsAtMs - maxSessionMs;
  const day = 86_400_000;
  const hour = hours.draw(random);
  const anyDay = Math.floor((beginsAtMs + random.unit() * (endsAtMs - beginsAtMs)) / day) * day;
  const atMs = anyDay + (hour + random.unit()) * 3_600_000;
  return Math.min(latest, Math.max(beginsAtMs, atMs));
}
