import type { Mark } from '@affinity/domain';
import type { ObjectStore } from './object-store';
import { upstreamFolder } from './upstream-key';

/** An object of the upstream zone, as its key tells. */
export interface ChainedObject {
  readonly key: string;
  /** The first message that it covers. */
  readonly first: Mark;
}

/**
 * All objects of a data set by shard, each shard's in the order of the stream: one object goes on where the one before ends.
 * Holds about 200 bytes for each object in memory.
 */
export async function listUpstreamChains(
  store: ObjectStore,
  prefix: string,
): Promise<ReadonlyMap<number, readonly ChainedObject[]>> {
  const chains = new Map<number, ChainedObject[]>();
  for await (const { key } of store.list(`${upstreamFolder(prefix)}dt=`)) {
    const match = /\/(\d+)-(\d{16})-(\d+)\.ndjson(?:\.gz)?$/.exec(key);
    if (match === null) continue;
    const shard = Number(match[1]);
    const chain = chains.get(shard) ?? [];
    chain.push({ key, first: { sequence: Number(match[2]), timestampNs: BigInt(match[3] ?? 0) } });
    chains.set(shard, chain);
  }
  for (const chain of chains.values()) chain.sort((left, right) => byTime(left.first, right.first));
  return chains;
}

function byTime(left: Mark, right: Mark): number {
  if (left.timestampNs !== right.timestampNs) return left.timestampNs < right.timestampNs ? -1 : 1;
  return left.sequence - right.sequence;
}
