import { fromAttributes, type Item } from '@affinity/contracts';
import { LRUCache } from 'lru-cache';
import type { CallLimits } from '../time-budget';
import type { Attributes, ItemAttributes } from './item-attributes';

/** What is behind the cache, and how much it remembers. */
export interface CachedItemAttributesOptions {
  /** Those of the items that exist. */
  readonly fetchItems: (itemIds: readonly string[], limits: CallLimits) => Promise<readonly Item[]>;
  readonly maxItems: number;
  readonly ttlMs: number;
}

/** An item that the catalogue does not know may exist soon. */
const unknownTtlMs = 5_000;
const noAttributes: Attributes = new Map();

/** Attributes of the catalogue, the most recently used remembered for a while. */
export class CachedItemAttributes implements ItemAttributes {
  private readonly cache: LRUCache<string, Attributes>;

  constructor(private readonly options: CachedItemAttributesOptions) {
    this.cache = new LRUCache({ max: options.maxItems, ttl: Math.max(1, options.ttlMs) });
  }

  /** See ItemAttributes. */
  async attributesOf(itemIds: readonly string[], limits: CallLimits): Promise<ReadonlyMap<string, Attributes>> {
    const found = new Map<string, Attributes>();
    for (const itemId of itemIds) {
      const remembered = this.cache.get(itemId);
      if (remembered !== undefined) found.set(itemId, remembered);
    }
    const missing = itemIds.filter((itemId) => !found.has(itemId));
    if (missing.length > 0)
      for (const [itemId, attributes] of await this.fetch(missing, limits)) found.set(itemId, attributes);
    return found;
  }

  private async fetch(itemIds: readonly string[], limits: CallLimits): Promise<ReadonlyMap<string, Attributes>> {
    const items = await this.options.fetchItems(itemIds, limits);
    const known = new Map(items.map((item) => [item.itemId, fromAttributes(item.attributes)]));
    for (const itemId of itemIds) {
      const attributes = known.get(itemId);
      if (attributes === undefined)
        this.cache.set(itemId, noAttributes, { ttl: Math.min(unknownTtlMs, this.options.ttlMs) });
      else this.cache.set(itemId, attributes);
    }
    return new Map(itemIds.map((itemId) => [itemId, known.get(itemId) ?? noAttributes]));
  }
}
