/** How many event ids a user tile remembers. */
export const rememberedEventIds = 4_096;

/** Most hashes that are looked through one by one. */
const mostUnindexed = 32;

/**
 * The hashes of the event ids that a tile has counted, oldest evicted first: a client may repeat an event long after the
 * stream's own window for repeats. 53 bits each: among 4,096 remembered, a new id is mistaken for an old one with
 * probability 4.5e-13.
 */
export class EventIdMemory {
  /** Oldest first, from `oldest` on. */
  private order: number[];
  private oldest = 0;
  /** The same to look up; undefined while so few are remembered that looking through them is quicker, and takes less memory. */
  private hashes: Set<number> | undefined;

  /** Takes hashes, no two alike, from the oldest to the newest; more than `limit` of them keeps the newest. */
  constructor(
    hashes: readonly number[] = [],
    private readonly limit: number = rememberedEventIds,
  ) {
    this.order = hashes.slice(-limit);
    this.index();
  }

  /** Whether the id is among the remembered ones. */
  has(eventId: string): boolean {
    return this.hasHash(hashEventId(eventId));
  }

  /** Remembers an id, forgetting the oldest when full. Returns whether it was new. */
  add(eventId: string): boolean {
    const hash = hashEventId(eventId);
    if (this.hasHash(hash)) return false;
    this.order.push(hash);
    if (this.hashes === undefined) this.index();
    else this.hashes.add(hash);
    if (this.size > this.limit) this.forgetOldest();
    return true;
  }

  /** The hashes, from the oldest to the newest. */
  toArray(): readonly number[] {
    return this.order.slice(this.oldest);
  }

  /** How many ids are remembered. */
  get size(): number {
    return this.order.length - this.oldest;
  }

  private hasHash(hash: number): boolean {
    return this.hashes === undefined ? this.order.includes(hash, this.oldest) : this.hashes.has(hash);
  }

  private index(): void {
    if (this.order.length > mostUnindexed) this.hashes = new Set(this.order);
  }

  private forgetOldest(): void {
    const hash = this.order[this.oldest];
    if (hash !== undefined) this.hashes?.delete(hash);
    this.oldest += 1;
    if (this.oldest < this.limit) return;
    this.order = this.order.slice(this.oldest);
    this.oldest = 0;
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
