import { toAttributes, type Item, type ItemServiceClient } from '@affinity/contracts';
import { retry, type GrpcClient } from '@affinity/service-kit';
import type { CatalogueItem } from '../item-rows';

/** The one call of ItemService that loading uses. */
export type ItemClient = Pick<GrpcClient<typeof ItemServiceClient.service>, 'putItems'>;

/** How a catalogue is loaded. */
export interface LoadCatalogueOptions {
  /** From 1 to 500 (default 500): few where a store takes long for each. */
  readonly itemsPerCall?: number;
  /** Told of items that are written, as they are. */
  readonly onWritten?: (items: number) => void;
}

const callsUnderWay = 3;
/** A store that has just started, on a busy machine, may not answer at once. */
const writeAttempts = 10;

/** Writes a whole catalogue. Rejects with what still fails after some attempts. */
export async function loadCatalogue(
  client: ItemClient,
  items: ReadonlyMap<string, CatalogueItem['attributes']>,
  { itemsPerCall = 500, onWritten }: LoadCatalogueOptions = {},
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
      onWritten?.(batch.length);
    }
  };
  await Promise.all(Array.from({ length: callsUnderWay }, writer));
}
