import type { AttributeValue } from '@affinity/contracts';

/** What the catalogue says about one item. */
export type ItemLookup =
  | { readonly kind: 'known'; readonly attributes: ReadonlyMap<string, AttributeValue> }
  | { readonly kind: 'unknown' }
  /** The catalogue could not be asked, and nothing is remembered. */
  | { readonly kind: 'unreachable' };

/** What items are like. */
export interface ItemCatalogue {
  /** One lookup for each id asked for. Never rejects. */
  lookUp(itemIds: ReadonlySet<string>): Promise<ReadonlyMap<string, ItemLookup>>;
}
