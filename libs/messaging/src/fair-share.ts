/**
 * How many partitions a member may hold so that all are spread evenly: the remainder goes one each to the members that
 * come first by name. A member that is not listed yet counts as one more.
 */
export function fairShare({
  members,
  memberId,
  partitions,
}: {
  readonly members: readonly string[];
  readonly memberId: string;
  readonly partitions: number;
}): number {
  const all = [...new Set([...members, memberId])].sort();
  const rank = all.indexOf(memberId);
  const base = Math.floor(partitions / all.length);
  return base + (rank < partitions % all.length ? 1 : 0);
}
