/** How many event ids a user tile remembers. */
export const rememberedEventIds = 4_096;

/**
 * The hashes of the event ids that a tile has counted, oldest evicted first: a client may repeat an event long after the
 * stream's own window for repeats. 53 bits each: among 4,096 remembered, a new id is mistaken for an old one with
 * probability 4.5e-13.
 */
export class EventIdMemory {
  private readonly hashes: Set<number>;

  /** Takes hashes from the oldest to the newest; more than `limit` of them keeps the newest. */
  constructor(
    hashes: readonly number[] = [],
    private readonly limit: number = rememberedEventIds,
  ) {
    this.hashes = new Set(hashes.slice(-limit));
  }

  /** Whether the id is among the remembered ones. */
  has(eventId: string): boolean {
    return this.hashes.has(hashEventId(eventId));
  }

  /** Remembers an id, forgetting the oldest when full. */
  add(eventId: string): void {
    this.hashes.add(hashEventId(eventId));
    if (this.hashes.size <= this.limit) return;
    const [oldest] = this.hashes;
    if (oldest !== undefined) this.hashes.delete(oldest);
  }

  /** The hashes, from the oldest to the newest. */
  toArray(): readonly number[] {
    return [...this.hashes];
  }

  /** How many ids are remembered. */
  get size(): number {
    return this.hashes.size;
  }
}

/**
 * A 53-bit hash of an event id: two independently seeded 32-bit lanes over its UTF-16 units, each finished with
 * MurmurHash3's avalanche (Appleby, 2011).
 */
export function hashEventId(eventId: string): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < eventId.length; i += 1) {
    const unit = eventId.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x27d4eb2f) + 0x165667b1;
  }
  return (avalanche(high ^ (low >>> 15)) >>> 11) * 0x1_0000_0000 + avalanche(low ^ eventId.length);
}

function avalanche(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
