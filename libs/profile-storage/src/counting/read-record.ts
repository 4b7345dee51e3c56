import type { Interaction, Mark } from '@affinity/domain';

/** A profile that is to be forgotten. */
export interface Erasure {
  readonly profileKey: string;
  /** When that was asked for, in epoch milliseconds: what happened before counts as absent. */
  readonly requestedAtMs: number;
}

/** A message that was read: an interaction to count, a profile to erase, or one that was dealt with otherwise. */
export interface ReadRecord {
  readonly position: Mark;
  readonly interaction?: Interaction;
  readonly erasure?: Erasure;
}

/** Records in runs that each end with an erasure or the last record: what comes after an erasure is loaded after it. */
export function* runsBetweenErasures<R extends ReadRecord>(records: readonly R[]): Generator<readonly R[]> {
  let from = 0;
  for (const [i, { erasure }] of records.entries()) {
    if (erasure === undefined) continue;
    yield records.slice(from, i + 1);
    from = i + 1;
  }
  if (from < records.length) yield records.slice(from);
}
