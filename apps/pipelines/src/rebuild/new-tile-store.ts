import { fnv1a32, type Day, type Mark } from '@affinity/domain';
import type { StoredTile, TileKey, TileOwner, TileStore, TileWrite, TileWriteResult } from '@affinity/profile-storage';

/** Bits of the filter: 8 MB. With a million tiles one first read in 68 is made in vain, with ten million one in seven. */
const filterBits = 2 ** 26;

/**
 * The tiles of a generation that was just opened, which the store is not asked for before somebody has begun to write them: a
 * rebuild of millions of tiles would read each one only to learn that it is not there.
 *
 * What was written is remembered by one bit of the hash of its key. A bit that two keys share costs a read; a tile that was
 * written is never taken for absent, whether or not its write was answered. What somebody else wrote is found by the condition
 * of the first write, as a conflict.
 * Source: Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors (1970), with one hash function.
 */
export class NewTileStore implements TileStore {
  private readonly begun = new Uint8Array(filterBits / 8);

  constructor(
    private readonly inner: TileStore,
    /** Whether tiles of a day can only come from writes of this store. */
    private readonly isNew: (day: Day) => boolean,
  ) {}

  /** See TileStore. */
  async read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]> {
    const found: (StoredTile | undefined)[] = keys.map(() => undefined);
    const asked = [...keys.entries()].filter(([, key]) => !this.isNew(key.day) || this.isBegun(key));
    const stored = asked.length === 0 ? [] : await this.inner.read(asked.map(([, key]) => key));
    for (const [i, [place]] of asked.entries()) found[place] = stored[i];
    return found;
  }

  /** See TileStore. */
  write(write: TileWrite): Promise<TileWriteResult> {
    const bit = bitOf(write.key);
    this.begun[bit >>> 3] = (this.begun[bit >>> 3] ?? 0) | (1 << (bit & 7));
    return this.inner.write(write);
  }

  /** See TileStore. */
  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    return this.inner.eraseOwner(owner, upTo);
  }

  private isBegun(key: TileKey): boolean {
    const bit = bitOf(key);
    return ((this.begun[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }
}

function bitOf({ owner, day, region }: TileKey): number {
  const name = owner.kind === 'user' ? `u${owner.profileKey}` : `p${owner.partition}`;
  return fnv1a32(`${day} ${region} ${name}`) % filterBits;
}
