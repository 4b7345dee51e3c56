import { AffinityError } from '@affinity/service-kit';
import { z } from 'zod';
import type { DatasetLayout } from './dataset-layout';
import type { ObjectStore } from './object-store';
import { upstreamFolder } from './upstream-key';

const layoutShape = z.object({
  partitions: z.number().int().positive(),
  shards: z.number().int().positive(),
  compression: z.enum(['none', 'gzip']),
});

/** The layout by which a data set is written. Throws NOT_FOUND when nobody has begun it. */
export async function readLayout(store: ObjectStore, prefix: string): Promise<DatasetLayout> {
  const found = await store.get(`${upstreamFolder(prefix)}_layout.json`);
  if (found === undefined) throw new AffinityError('NOT_FOUND', `the lake has no data set ${prefix}`);
  return layoutShape.parse(JSON.parse(Buffer.from(found.body).toString()));
}
