import type { Mark } from '@affinity/domain';

/** What is left of an erased profile: everything at or below the mark, or that happened before the time, counts as absent. */
export interface Tombstone {
  readonly mark: Mark;
  /** When the erasure was asked for, in epoch milliseconds. */
  readonly erasedAtMs: number;
}

/** Keeps tombstones under a keyed hash of the profile's key, so that nothing tells who was erased. */
export interface TombstoneStore {
  /** The tombstones of those profiles that were erased. Sees every write that was answered before. */
  read(profileKeys: readonly string[]): Promise<ReadonlyMap<string, Tombstone>>;
  /** Writes a tombstone; of two for the same profile the later stands. */
  write(profileKey: string, tombstone: Tombstone): Promise<void>;
}
