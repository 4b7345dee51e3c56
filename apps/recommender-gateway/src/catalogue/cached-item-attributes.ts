import { fromAttributes, type Item } from '@affinity/contracts';
import { fromUnknown } from '@affinity/service-kit';
import { LRUCache } from 'lru-cache';
import type { CallLimits } from '../time-budget';
import type { Attributes, DescribedItems, ItemAttributes } from './item-attributes';

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

/** Attributes of the catalogue, the most recently used remembered: current for a while, then for when nothing newer is had. */
export class CachedItemAttributes implements ItemAttributes {
  private readonly cache: LRUCache<string, Attributes>;

  constructor(private readonly options: CachedItemAttributesOptions) {
    const { maxItems, ttlMs } = options;
    this.cache = new LRUCache({ max: maxItems, ttl: Math.max(1, ttlMs), noDeleteOnStaleGet: true });
  }

  /** See ItemAttributes. */
  async attributesOf(itemIds: readonly string[], limits: CallLimits): Promise<DescribedItems> {
    const attributes = new Map<string, Attributes>();
    const missing: string[] = [];
    for (const itemId of itemIds) {
      const remembered = this.cache.get(itemId);
      if (remembered === undefined) missing.push(itemId);
      else attributes.set(itemId, remembered);
    }
    if (missing.length === 0) return { attributes };
    try {
      for (const [itemId, found] of await this.fetch(missing, limits)) attributes.set(itemId, found);
      return { attributes };
    } catch (thrown) {
      const failure = fromUnknown(thrown);
      if (limits.signal.aborted && failure.code === 'CANCELLED') throw failure;
      for (const itemId of missing) {
        const old = this.cache.get(itemId, { allowStale: true });
        if (old !== undefined) attributes.set(itemId, old);
      }
      return { attributes, failure };
    }
  }

  private async fetch(itemIds: readonly string[], limits: CallLimits): Promise<ReadonlyMap<string, Attributes>> {
    const items = await this.options.fetchItems(itemIds, limits);
    const known = new Map(items.map((item) => [item.itemId, fromAttributes(item.attributes)]));
    for (const itemId of itemIds) {
      const attributes = known.get(itemId);
      if (attributes === undefined)
        this.cache.set(itemId, noAttributes, { ttl: Math.max(1, Math.min(unknownTtlMs, this.options.ttlMs)) });
      else this.cache.set(itemId, attributes);
    }
    return new Map(itemIds.map((itemId) => [itemId, known.get(itemId) ?? noAttributes]));
  }
}
