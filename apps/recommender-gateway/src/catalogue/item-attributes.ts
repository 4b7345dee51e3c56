import type { AttributeValue } from '@affinity/domain';
import type { CallLimits } from '../time-budget';

/** The attributes of one item. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** What items are like. */
export interface ItemAttributes {
  /**
   * The attributes of up to 500 items; empty for those that the catalogue does not know. Rejects with an AffinityError when
   * those that are not remembered cannot be had within the limits.
   */
  attributesOf(itemIds: readonly string[], limits: CallLimits): Promise<ReadonlyMap<string, Attributes>>;
}
