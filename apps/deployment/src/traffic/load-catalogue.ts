import { ItemServiceClient } from '@affinity/contracts';
import { loadCatalogue } from '@affinity/datasets';
import { createGrpcClient } from '@affinity/service-kit';
import type { RehearsalData } from '../rehearsal-data';

/** Few: DynamoDB Local on a disk takes some milliseconds for each. */
const itemsPerCall = 25;

/** Writes a whole catalogue to the feature store at `address`. Rejects with what still fails after some attempts. */
export async function loadCatalogueInto(address: string, items: RehearsalData['items']): Promise<void> {
  const client = createGrpcClient(ItemServiceClient, { address, defaultDeadlineMs: 15_000 });
  try {
    await loadCatalogue(client, items, { itemsPerCall });
  } finally {
    client.close();
  }
}
