/** What a run does, and how hard. */
export interface ChaosOptions {
  /** Distinct events to publish. */
  readonly events: number;
  readonly users: number;
  /** Events a second. */
  readonly rate: number;
  readonly faults: number;
  /** Decides the events, the faults and their order. */
  readonly seed: number;
  /** A run that takes longer has failed. */
  readonly secondsLimit: number;
  /** Partitions of the stream. */
  readonly partitions: number;
  /** Milliseconds after which a silent replica loses its partitions. */
  readonly leaseTtlMs: number;
  /**
   * Longest time, in milliseconds, until the replicas that are left share all partitions after one went or came back. It
   * follows from the leases: those of a replica that vanished live for `leaseTtlMs`, the others look for what is free every
   * quarter of it, and a move takes two such looks, a third one where a look came too early. What is left is for the machine.
   */
  readonly rebalanceLimitMs: number;
  /** Longest time that a fault lasts, in milliseconds. */
  readonly longestFaultMs: number;
  /** Reads of a random user's profile a second, all the while. */
  readonly readsPerSecond: number;
}

/** A run of a few minutes, at a rate that two cores hold; the seed is drawn when none is given. */
export const defaultChaosOptions: Omit<ChaosOptions, 'seed'> = {
  events: 200_000,
  users: 5_000,
  rate: 900,
  faults: 45,
  secondsLimit: 900,
  partitions: 32,
  leaseTtlMs: 4_000,
  rebalanceLimitMs: 10_000,
  longestFaultMs: 6_000,
  readsPerSecond: 50,
};
