import { partitionFilter } from '@affinity/contracts';

/** Subject filters of a shard: those of the partitions whose number modulo `shards` is the shard's. */
export function shardFilters({
  shard,
  shards,
  partitions,
}: {
  readonly shard: number;
  readonly shards: number;
  readonly partitions: number;
}): string[] {
  const filters: string[] = [];
  for (let partition = shard; partition < partitions; partition += shards) filters.push(partitionFilter(partition));
  return filters;
}
