import { ItemServiceClient, toAttributes, type Item } from '@affinity/contracts';
import { createGrpcClient } from '@affinity/service-kit';
import type { RehearsalData } from '../rehearsal-data';

/** Few: DynamoDB Local on a disk takes some milliseconds for each. */
const itemsPerCall = 25;

/** Writes a whole catalogue to the feature store at `address`. Rejects with the first failure. */
export async function loadCatalogue(address: string, items: RehearsalData['items']): Promise<void> {
  const client = createGrpcClient(ItemServiceClient, { address, defaultDeadlineMs: 15_000 });
  const all = [...items].map(([itemId, attributes]): Item => ({ itemId, attributes: toAttributes(attributes) }));
  try {
    for (let next = 0; next < all.length; next += itemsPerCall) {
      await client.putItems({ items: all.slice(next, next + itemsPerCall) });
    }
  } finally {
    client.close();
  }
}
