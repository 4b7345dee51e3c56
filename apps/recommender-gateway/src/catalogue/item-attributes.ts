import type { AttributeValue } from '@affinity/domain';
import type { AffinityError } from '@affinity/service-kit';
import type { CallLimits } from '../time-budget';

/** The attributes of one item. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** What was found of items. */
export interface DescribedItems {
  /** Empty for an item that the catalogue does not know; absent for one that could not be asked for. */
  readonly attributes: ReadonlyMap<string, Attributes>;
  /** Why some are absent or may have changed since; undefined when all are current. */
  readonly failure?: AffinityError;
}

/** What items are like. */
export interface ItemAttributes {
  /**
   * The attributes of up to 500 items. What cannot be had within the limits is answered as it was remembered, however long
   * ago. Rejects only when the caller gave up.
   */
  attributesOf(itemIds: readonly string[], limits: CallLimits): Promise<DescribedItems>;
}
