import type { Mark } from '@affinity/domain';

/** How far a reader has got in a partition (or shard), as stored. */
export interface StoredCheckpoint {
  readonly mark: Mark;
  /** Rises by one with each write, from 1. */
  readonly version: number;
  readonly writer: string;
}

/** Keeps checkpoints: everything at or below one is stored. */
export interface CheckpointStore {
  /** The checkpoint of a partition; undefined before its first. Sees every write that was answered before. */
  read(partition: number): Promise<StoredCheckpoint | undefined>;
  /**
   * Writes it if its version is still the expected one (0: there is none). Returns false when somebody else wrote it.
   * Throws UNAVAILABLE when that is not known; writing again is safe.
   */
  write(partition: number, checkpoint: StoredCheckpoint, expectedVersion: number): Promise<boolean>;
}
