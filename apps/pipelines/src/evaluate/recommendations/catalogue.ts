import type { Dataset } from '@affinity/datasets';
import {
  availabilityOf,
  type AttributeValue,
  type AvailabilityAttributes,
  type AvailabilitySpan,
} from '@affinity/domain';

/** The attributes of each item. */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, AttributeValue>>;

/** Reads a catalogue into memory. */
export async function readCatalogue(dataset: Dataset): Promise<Catalogue> {
  const catalogue = new Map<string, ReadonlyMap<string, AttributeValue>>();
  for await (const { itemId, attributes } of dataset.items()) catalogue.set(itemId, attributes);
  return catalogue;
}

/** When each item of a catalogue can be had; what says nothing can always be had. */
export function availability(
  catalogue: Catalogue,
  names: AvailabilityAttributes,
): (itemId: string) => AvailabilitySpan {
  const spans = new Map<string, AvailabilitySpan>();
  for (const [itemId, attributes] of catalogue) spans.set(itemId, availabilityOf(attributes, names));
  return (itemId) => spans.get(itemId) ?? availabilityOf(undefined);
}
