import type { ScoreContribution } from '@affinity/domain';
import type { Visitor } from '../request/visitor';
import type { CallLimits } from '../time-budget';

/** What each known item's dimensions say for a visitor; items that the catalogue does not know are absent. */
export type ItemPreferences = ReadonlyMap<string, readonly ScoreContribution[]>;

/** What visitors have met and what they prefer. Calls reject with an AffinityError, at the latest at their limits. */
export interface PreferenceSource {
  /** Items that the visitor has met within the retention. */
  seen(visitor: Visitor, limits: CallLimits): Promise<ReadonlySet<string>>;
  /** How well items fit the visitor; 1 to 500. */
  score(visitor: Visitor, itemIds: readonly string[], limits: CallLimits): Promise<ItemPreferences>;
}
