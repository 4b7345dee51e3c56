/**
 * Estimates how often each key was asked for lately, in a fixed amount of memory: a count-min sketch of four rows of small
 * counters, all of which are halved once as many keys were counted as ten times the width.
 * Source: Einziger, Friedman, Manes, 2017, "TinyLFU: A Highly Efficient Cache Admission Policy".
 */
export class FrequencySketch {
  private readonly rows: Uint8Array;
  private readonly mask: number;
  private counted = 0;

  /** Takes the number of keys that are worth telling apart; memory is four times that, rounded up to a power of two. */
  constructor(keys: number) {
    const width = 2 ** Math.ceil(Math.log2(Math.max(16, keys)));
    this.mask = width - 1;
    this.rows = new Uint8Array(rowCount * width);
  }

  /** Counts a key once. */
  count(key: string): void {
    const hash = hashOf(key);
    for (let row = 0; row < rowCount; row += 1) {
      const at = this.index(hash, row);
      const current = this.rows[at] ?? 0;
      if (current < maxCount) this.rows[at] = current + 1;
    }
    this.counted += 1;
    if (this.counted >= 10 * (this.mask + 1)) this.age();
  }

  /** How often a key was counted lately, never less than it was. */
  estimate(key: string): number {
    const hash = hashOf(key);
    let least = maxCount;
    for (let row = 0; row < rowCount; row += 1) least = Math.min(least, this.rows[this.index(hash, row)] ?? 0);
    return least;
  }

  private index(hash: number, row: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16), seeds[row] ?? 1);
    return row * (this.mask + 1) + ((mixed ^ (mixed >>> 15)) & this.mask);
  }

  private age(): void {
    for (let i = 0; i < this.rows.length; i += 1) this.rows[i] = (this.rows[i] ?? 0) >>> 1;
    this.counted = 0;
  }
}

const rowCount = 4;
const maxCount = 255;
const seeds = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}
