import { eventWeights, type ChaosEvent } from '../load/chaos-event';

/** What events of one owner and day come to, counted in the plainest way. */
export interface NaiveTile {
  events: number;
  readonly colours: Map<string, number>;
  readonly items: Map<string, number>;
  /** Price and weight of each event, apart by the sign of the weight, the weights made positive. */
  readonly added: PricedWeight[];
  readonly removed: PricedWeight[];
}

/** A number and how much it weighs. */
export interface PricedWeight {
  readonly price: number;
  readonly weight: number;
}

/** Counts events. It shares no code with the system's own counting on purpose. */
export function countNaively(events: Iterable<ChaosEvent>): NaiveTile {
  const tile: NaiveTile = { events: 0, colours: new Map(), items: new Map(), added: [], removed: [] };
  for (const { eventType, colour, itemId, price } of events) {
    const weight = eventWeights[eventType] ?? 0;
    tile.events += 1;
    tile.colours.set(colour, (tile.colours.get(colour) ?? 0) + weight);
    tile.items.set(itemId, (tile.items.get(itemId) ?? 0) + weight);
    (weight > 0 ? tile.added : tile.removed).push({ price, weight: Math.abs(weight) });
  }
  return tile;
}
