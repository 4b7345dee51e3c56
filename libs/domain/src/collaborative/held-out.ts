import type { ModelEvent } from './recommender-model';

/** Events in the order of time. */
export interface EventSequence {
  readonly length: number;
  at(i: number): ModelEvent | undefined;
}

/** The newest `count` events of a sequence; all when there are no more. */
export function newestOf(events: EventSequence, count: number): EventSequence {
  const first = Math.max(0, events.length - count);
  return { length: events.length - first, at: (i) => events.at(first + i) };
}

/** Part of a visitor's events that is held out, but at least one. */
const heldOutShare = 0.1;
/** Visitors with fewer item events are learned from only. */
const leastEvents = 5;

/** Which events of a sequence are held out: 1 for each that is. */
export interface HeldOut {
  readonly isHeldOut: Uint8Array;
  /** By visitor, the places of the events held out. */
  readonly byVisitor: ReadonlyMap<string, readonly number[]>;
}

/** Holds out the newest tenth, at least one, of the item events of each visitor with five or more. */
export function holdOutNewest(events: EventSequence): HeldOut {
  const placesOf = new Map<string, number[]>();
  for (let i = 0; i < events.length; i += 1) {
    const event = events.at(i);
    if (event?.itemId === undefined) continue;
    const visitorId = event.userId ?? event.sessionId;
    const places = placesOf.get(visitorId);
    if (places === undefined) placesOf.set(visitorId, [i]);
    else places.push(i);
  }
  const isHeldOut = new Uint8Array(events.length);
  const byVisitor = new Map<string, readonly number[]>();
  for (const [visitorId, places] of placesOf) {
    if (places.length < leastEvents) continue;
    const newest = places.slice(-Math.max(1, Math.floor(places.length * heldOutShare)));
    for (const place of newest) isHeldOut[place] = 1;
    byVisitor.set(visitorId, newest);
  }
  return { isHeldOut, byVisitor };
}
