import { noDecay, type Decay, type DayTile, type Interaction, type Schema } from '@affinity/domain';
import { tasteDistance, tilesOf, type PreferenceSetting, type TrueDistributions } from './taste-distance';

/** A visitor whose true taste is known. */
export interface KnownVisitor {
  /** Oldest first. */
  readonly views: readonly Interaction[];
  readonly taste: TrueDistributions;
  /** Where the taste changed: when, and to what. */
  readonly change?: { readonly atMs: number; readonly taste: TrueDistributions };
}

/** Mean distance in one situation. */
export interface EvaluationRow {
  readonly priorStrength: number;
  /** Undefined: no decay. */
  readonly halfLifeDays: number | undefined;
  /** Views before the comparison; in the second table, views after the change. */
  readonly views: number;
  readonly distance: number;
  readonly visitors: number;
}

/** How near preferences come to the true tastes. */
export interface ProfileEvaluation {
  /** By number of views, without decay, before any change. */
  readonly byViews: readonly EvaluationRow[];
  /** By number of views after a change of taste. */
  readonly afterChange: readonly EvaluationRow[];
}

/** What to evaluate. */
export interface EvaluationPlan {
  readonly schema: Schema;
  readonly population: DayTile;
  readonly visitors: readonly KnownVisitor[];
  readonly viewCounts: readonly number[];
  readonly priorStrengths: readonly number[];
  readonly halfLivesDays: readonly number[];
  readonly viewsAfterChange: readonly number[];
}

/** Compares preferences with true tastes. */
export function evaluateProfiles(plan: EvaluationPlan): ProfileEvaluation {
  const byViews = plan.priorStrengths.flatMap((priorStrength) =>
    plan.viewCounts.map((views) => beforeChange(plan, { priorStrength, views })),
  );
  const decays = [undefined, ...plan.halfLivesDays];
  const finite = plan.priorStrengths.filter((strength) => strength > 0 && Number.isFinite(strength));
  const afterChange = finite.flatMap((priorStrength) =>
    decays.flatMap((halfLifeDays) =>
      plan.viewsAfterChange.map((views) => sinceChange(plan, { priorStrength, halfLifeDays, views })),
    ),
  );
  return { byViews, afterChange };
}

function beforeChange(
  plan: EvaluationPlan,
  { priorStrength, views }: { priorStrength: number; views: number },
): EvaluationRow {
  const cases = plan.visitors.flatMap(({ views: all, taste, change }) => {
    const before = change === undefined ? all : all.filter(({ occurredAtMs }) => occurredAtMs < change.atMs);
    return before.length < views ? [] : [{ views: before.slice(0, views), truth: taste }];
  });
  return {
    priorStrength,
    halfLifeDays: undefined,
    views,
    ...meanDistance(plan, cases, { priorStrength, decay: noDecay }),
  };
}

function sinceChange(
  plan: EvaluationPlan,
  { priorStrength, halfLifeDays, views }: { priorStrength: number; halfLifeDays: number | undefined; views: number },
): EvaluationRow {
  const cases = plan.visitors.flatMap(({ views: all, change }) => {
    if (change === undefined) return [];
    const before = all.filter(({ occurredAtMs }) => occurredAtMs < change.atMs);
    const after = all.slice(before.length);
    return before.length === 0 || after.length < views
      ? []
      : [{ views: all.slice(0, before.length + views), truth: change.taste }];
  });
  const decay: Decay = halfLifeDays === undefined ? noDecay : { kind: 'exponential', halfLifeDays };
  return { priorStrength, halfLifeDays, views, ...meanDistance(plan, cases, { priorStrength, decay }) };
}

interface EvaluationCase {
  readonly views: readonly Interaction[];
  readonly truth: TrueDistributions;
}

function meanDistance(
  { schema, population }: EvaluationPlan,
  cases: readonly EvaluationCase[],
  setting: PreferenceSetting,
): { distance: number; visitors: number } {
  const total = cases.reduce(
    (sum, { views, truth }) => sum + tasteDistance(tilesOf(views, schema), { truth, population, setting }),
    0,
  );
  return { distance: total / cases.length, visitors: cases.length };
}
