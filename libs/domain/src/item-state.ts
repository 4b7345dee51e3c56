/** What is known of one item: its signed weight and when it was last met, in epoch milliseconds. */
export interface ItemEntry {
  weight: number;
  lastAtMs: number;
}

/** Signed weights and last times of items, in the order in which they first came. Mutable: one writer owns it. */
export interface ItemState {
  readonly kind: 'item';
  readonly items: Map<string, ItemEntry>;
  /** Weight of what came after the cap was reached. */
  otherWeight: number;
}

/** No item at all: the identity of merging. */
export function emptyItems(): ItemState {
  return { kind: 'item', items: new Map(), otherWeight: 0 };
}

/** Adds to an item that the state keeps. Returns whether it keeps it. */
export function addToKnownItem(
  state: ItemState,
  { itemId, weight, atMs }: { readonly itemId: string; readonly weight: number; readonly atMs: number },
): boolean {
  const current = state.items.get(itemId);
  if (current === undefined) return false;
  current.weight += weight;
  current.lastAtMs = Math.max(current.lastAtMs, atMs);
  return true;
}

/** Adds `factor` times another state's weights to this one, uncapped; the later time wins. */
export function mergeItems(target: ItemState, source: ItemState, factor = 1): void {
  for (const [itemId, entry] of source.items) {
    const current = target.items.get(itemId);
    if (current === undefined) {
      target.items.set(itemId, { weight: entry.weight * factor, lastAtMs: entry.lastAtMs });
    } else {
      current.weight += entry.weight * factor;
      current.lastAtMs = Math.max(current.lastAtMs, entry.lastAtMs);
    }
  }
  target.otherWeight += source.otherWeight * factor;
}
