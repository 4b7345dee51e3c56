import type { ObjectStore } from './object-store';
import { upstreamFolder, type Compression } from './upstream-key';

/** What all writers of a data set must agree on for as long as it exists, or one message would have several keys. */
export interface DatasetLayout {
  /** Partitions of the stream. */
  readonly partitions: number;
  /** Shard of a partition = partition modulo this. */
  readonly shards: number;
  readonly compression: Compression;
}

/** `agreed`: the data set has this layout. `other`: it was begun with the one that `found` shows. */
export type LayoutClaim = { readonly kind: 'agreed' } | { readonly kind: 'other'; readonly found: string };

/** Writes a data set's layout beside its objects, unless there is one, and compares. Another layout needs another prefix. */
export async function claimLayout(store: ObjectStore, prefix: string, layout: DatasetLayout): Promise<LayoutClaim> {
  const { partitions, shards, compression } = layout;
  // Query engines skip names that begin with an underscore.
  const key = `${upstreamFolder(prefix)}_layout.json`;
  const wanted = JSON.stringify({ partitions, shards, compression });
  const object = { body: Buffer.from(`${wanted}\n`), contentType: 'application/json', metadata: {} };
  if ((await store.putIfAbsent(key, object)) === 'stored') return { kind: 'agreed' };
  const found = Buffer.from((await store.get(key))?.body ?? [])
    .toString()
    .trim();
  return found === wanted ? { kind: 'agreed' } : { kind: 'other', found };
}
