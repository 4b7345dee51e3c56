import type { ScoreContribution } from '@affinity/domain';
import type { Attributes } from '../catalogue/item-attributes';
import type { Visitor } from '../request/visitor';
import type { CallLimits } from '../time-budget';

/** What each known item's dimensions say for a visitor; items that the catalogue does not know are absent. */
export type ItemPreferences = ReadonlyMap<string, readonly ScoreContribution[]>;

/** Items to score. */
export interface ItemsToScore {
  /** 1 to 500. */
  readonly itemIds: readonly string[];
  /** What they are like; the catalogue is asked for those that are absent. */
  readonly attributes: ReadonlyMap<string, Attributes>;
}

/** What visitors have met and what they prefer. Calls reject with an AffinityError, at the latest at their limits. */
export interface PreferenceSource {
  /** Items that the visitor has met within the retention. */
  seen(visitor: Visitor, limits: CallLimits): Promise<ReadonlySet<string>>;
  /** How well items fit the visitor. */
  score(visitor: Visitor, items: ItemsToScore, limits: CallLimits): Promise<ItemPreferences>;
}
