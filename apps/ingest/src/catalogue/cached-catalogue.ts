// Invariants
// C1 An answer younger than its time to live is given without asking the source.
// C2 An item is asked for once at a time: whoever comes meanwhile gets the same answer.
// C3 An outdated "known" is used only while the source cannot be reached; an outdated "unknown" never, because the item
//    may exist by now.
// C4 Memory is bounded by entries and by bytes; the least recently used goes first.

import { Item } from '@affinity/contracts';
import { LRUCache } from 'lru-cache';
import type { ItemCatalogue, ItemLookup } from './item-catalogue';

/** Where items come from. */
export interface ItemSource {
  /** Those items that exist, by id. Rejects when it cannot be reached. */
  getItems(itemIds: readonly string[]): Promise<ReadonlyMap<string, Item>>;
}

/** What an `ItemSource` is asked, for metrics. */
export interface CatalogueMeter {
  /** Lookups answered from memory, and by the source. */
  lookedUp(counts: { readonly hits: number; readonly misses: number }): void;
  /** The source could not be reached. */
  failed(error: unknown): void;
}

/** How much is remembered, and for how long. */
export interface CachedCatalogueOptions {
  readonly source: ItemSource;
  readonly meter: CatalogueMeter;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** How long the attributes of an item are taken for current, in milliseconds. */
  readonly ttlMs: number;
  /** The same for the absence of an item; shorter, so that a new item's events are soon complete. */
  readonly unknownTtlMs: number;
}

interface Remembered {
  readonly lookup: Exclude<ItemLookup, { kind: 'unreachable' }>;
  readonly freshUntil: number;
}

/** Bytes that an entry takes besides its id and its attributes, about. */
const entryBytes = 256;

const unknown = { kind: 'unknown' } as const;
const unreachable = { kind: 'unreachable' } as const;

/** A catalogue that remembers what its source said. */
export class CachedCatalogue implements ItemCatalogue {
  private readonly remembered: LRUCache<string, Remembered>;
  private readonly asked = new Map<string, Promise<ItemLookup>>();

  constructor(private readonly options: CachedCatalogueOptions) {
    this.remembered = new LRUCache({
      max: options.maxEntries,
      maxSize: options.maxBytes, // C4
      sizeCalculation: ({ lookup }, itemId) => sizeOf(itemId, lookup),
    });
  }

  async lookUp(itemIds: ReadonlySet<string>): Promise<ReadonlyMap<string, ItemLookup>> {
    const found = new Map<string, ItemLookup>();
    const missing: string[] = [];
    for (const itemId of itemIds) {
      const fresh = this.fresh(itemId);
      if (fresh === undefined) missing.push(itemId);
      else found.set(itemId, fresh);
    }
    this.options.meter.lookedUp({ hits: found.size, misses: missing.length });
    if (missing.length === 0) return found;
    const answers = this.ask(missing);
    await Promise.all(missing.map(async (itemId, i) => found.set(itemId, (await answers[i]) ?? unreachable)));
    return found;
  }

  private fresh(itemId: string): ItemLookup | undefined {
    const entry = this.remembered.get(itemId);
    return entry !== undefined && entry.freshUntil > this.options.now() ? entry.lookup : undefined; // C1
  }

  private ask(itemIds: readonly string[]): readonly Promise<ItemLookup>[] {
    const unasked = itemIds.filter((itemId) => !this.asked.has(itemId));
    const answer = this.fetch(unasked);
    for (const itemId of unasked) {
      this.asked.set(
        itemId,
        answer.then((lookups) => lookups.get(itemId) ?? unreachable),
      ); // C2
    }
    const answers = itemIds.map((itemId) => this.asked.get(itemId) ?? Promise.resolve(unreachable));
    void answer.then(() => unasked.forEach((itemId) => this.asked.delete(itemId)));
    return answers;
  }

  private async fetch(itemIds: readonly string[]): Promise<ReadonlyMap<string, ItemLookup>> {
    if (itemIds.length === 0) return new Map();
    try {
      const items = await this.options.source.getItems(itemIds);
      return new Map(itemIds.map((itemId) => [itemId, this.remember(itemId, items.get(itemId))]));
    } catch (error) {
      this.options.meter.failed(error);
      return new Map(itemIds.map((itemId) => [itemId, this.outdated(itemId)]));
    }
  }

  private remember(itemId: string, item: Item | undefined): ItemLookup {
    const { now, ttlMs, unknownTtlMs } = this.options;
    const lookup = item === undefined ? unknown : { kind: 'known' as const, attributes: item.attributes };
    this.remembered.set(itemId, { lookup, freshUntil: now() + (item === undefined ? unknownTtlMs : ttlMs) });
    return lookup;
  }

  private outdated(itemId: string): ItemLookup {
    const entry = this.remembered.get(itemId);
    return entry?.lookup.kind === 'known' ? entry.lookup : unreachable; // C3
  }
}

function sizeOf(itemId: string, lookup: Remembered['lookup']): number {
  if (lookup.kind === 'unknown') return itemId.length + entryBytes;
  return Item.encode({ itemId, attributes: new Map(lookup.attributes) }).finish().length + entryBytes;
}
