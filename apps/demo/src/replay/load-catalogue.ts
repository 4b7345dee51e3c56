import { toAttributes, type Item, type ItemServiceClient } from '@affinity/contracts';
import type { CatalogueItem } from '@affinity/datasets';
import { retry, type GrpcClient } from '@affinity/service-kit';

/** A client of ItemService. */
export type ItemClient = Pick<GrpcClient<typeof ItemServiceClient.service>, 'putItems'>;

const itemsPerCall = 500;
const callsUnderWay = 3;
/** A store that has just started, on a busy machine, may not answer at once. */
const writeAttempts = 10;

/** Writes a whole catalogue. Rejects with what still fails after some attempts. */
export async function loadCatalogue(
  client: ItemClient,
  items: ReadonlyMap<string, CatalogueItem['attributes']>,
  onWritten: (items: number) => void,
): Promise<void> {
  const messages = [...items].map(([itemId, attributes]): Item => ({ itemId, attributes: toAttributes(attributes) }));
  const batches = Array.from({ length: Math.ceil(messages.length / itemsPerCall) }, (_, i) =>
    messages.slice(i * itemsPerCall, (i + 1) * itemsPerCall),
  );
  const work = batches.values();
  const writer = async (): Promise<void> => {
    // All writers take from the same iterator.
    for (const batch of work) {
      // Writing an item again changes nothing.
      await retry(() => client.putItems({ items: batch }), { attempts: writeAttempts });
      onWritten(batch.length);
    }
  };
  await Promise.all(Array.from({ length: callsUnderWay }, writer));
}
