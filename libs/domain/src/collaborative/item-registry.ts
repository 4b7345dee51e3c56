/**
 * Numbers for items: dense slots, so that everything else about them fits typed arrays.
 *
 * A slot is handed out again only after {@link ItemRegistry.release}; whoever stores slots must have forgotten it by then.
 */
export class ItemRegistry {
  private readonly slots = new Map<string, number>();
  private readonly ids: (string | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.slots.size;
  }

  /** Slots handed out so far, the released ones included: the length that arrays by slot need. */
  get extent(): number {
    return this.ids.length;
  }

  slotOf(itemId: string): number | undefined {
    return this.slots.get(itemId);
  }

  /** The item's id. Throws RangeError for a slot that no item holds. */
  idOf(slot: number): string {
    const id = this.ids[slot];
    if (id === undefined) throw new RangeError(`slot ${slot} holds no item`);
    return id;
  }

  /** The item's slot, a new one when it has none. */
  register(itemId: string): number {
    const known = this.slots.get(itemId);
    if (known !== undefined) return known;
    const slot = this.free.pop() ?? this.ids.length;
    this.ids[slot] = itemId;
    this.slots.set(itemId, slot);
    return slot;
  }

  /** Forgets an item. */
  release(slot: number): void {
    const id = this.ids[slot];
    if (id === undefined) return;
    this.ids[slot] = undefined;
    this.slots.delete(id);
    this.free.push(slot);
  }

  /** All items, in the order in which they came. */
  entries(): Iterable<readonly [itemId: string, slot: number]> {
    return this.slots;
  }
}
