import type { AttributeValue, Event } from '@affinity/contracts';
import type { ItemLookup } from './item-catalogue';

/** What an event is recorded with. */
export type Enrichment =
  | {
      readonly kind: 'complete';
      readonly attributes: ReadonlyMap<string, AttributeValue>;
      readonly unknownItem: boolean;
    }
  /** The catalogue is needed and cannot be reached. */
  | { readonly kind: 'unreachable' };

/** The items that must be looked up: those of events that do not say themselves what their item is like. */
export function itemsToLookUp(events: Iterable<Event>): ReadonlySet<string> {
  const itemIds = new Set<string>();
  for (const event of events) if (needsCatalogue(event)) itemIds.add(event.itemId);
  return itemIds;
}

/** Completes an event with the attributes of its item, as the catalogue knows it at this moment. */
export function enrich(event: Event, lookups: ReadonlyMap<string, ItemLookup>): Enrichment {
  if (!needsCatalogue(event)) return { kind: 'complete', attributes: event.attributes, unknownItem: false };
  const lookup = lookups.get(event.itemId) ?? { kind: 'unreachable' };
  switch (lookup.kind) {
    case 'known':
      return { kind: 'complete', attributes: lookup.attributes, unknownItem: false };
    case 'unknown':
      return { kind: 'complete', attributes: event.attributes, unknownItem: true };
    case 'unreachable':
      return lookup;
  }
}

function needsCatalogue({ itemId, attributes }: Event): boolean {
  return itemId !== '' && attributes.size === 0;
}
