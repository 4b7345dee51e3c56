/** What is due to a member. */
export interface FairShare {
  /** How many partitions it may hold. */
  readonly count: number;
  /** Where in a list of free partitions it begins to take, as a part of its length: members begin apart, and seldom meet. */
  readonly startsAt: number;
}

/**
 * Spreads all partitions evenly: the remainder goes one each to the members that come first by name. A member that is not listed
 * yet counts as one more.
 */
export function fairShare({
  members,
  memberId,
  partitions,
}: {
  readonly members: readonly string[];
  readonly memberId: string;
  readonly partitions: number;
}): FairShare {
  const all = [...new Set([...members, memberId])].sort();
  const rank = all.indexOf(memberId);
  const base = Math.floor(partitions / all.length);
  return { count: base + (rank < partitions % all.length ? 1 : 0), startsAt: rank / all.length };
}
