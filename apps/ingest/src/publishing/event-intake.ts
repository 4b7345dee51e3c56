// The way of an event: decode, validate, look its item up, record, publish. Per profile, in the order in which it came:
// a repeat that overtook would change which values a capped tile keeps, so nothing of a profile is published before what
// came earlier is stored or has failed, and what waited behind a failure fails with it.

import type { Event } from '@affinity/contracts';
import type { Schema } from '@affinity/domain';
import type { EventPublisher, PublishedEvent } from '@affinity/messaging';
import { fromUnknown } from '@affinity/service-kit';
import { enrich, itemsToLookUp, type Enrichment } from '../catalogue/enrichment';
import type { ItemCatalogue, ItemLookup } from '../catalogue/item-catalogue';
import { admit, type Admission, type Admitted } from './admission';
import { KeyedSequence } from './keyed-sequence';
import { encodeBody, maxBodyBytes } from './recorded-body';
import { accepted, duplicate, rejected, retryLater, type StoredPosition, type TakenEvent } from './taken-event';

/** What an intake works with. */
export interface EventIntakeOptions {
  readonly schema: Schema;
  readonly catalogue: ItemCatalogue;
  readonly publisher: Pick<EventPublisher, 'publish'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of each publication that was answered, in milliseconds. */
  readonly onPublished: (tookMs: number) => void;
}

/** Takes encoded events in and says what became of them. Neither way rejects for anything that an event holds. */
export interface EventIntake {
  /** Takes the events of one call; one answer for each, in their order. */
  takeAll(events: readonly Uint8Array[]): Promise<readonly TakenEvent[]>;
  /** Opens a stream: call the result with each event as it comes. */
  open(): (event: Uint8Array) => Promise<TakenEvent>;
}

/** Pauses that callers are asked for, in milliseconds. */
const catalogueRetryMs = 500;
const publishRetryMs = 500;

/** Makes an intake. */
export function createEventIntake(options: EventIntakeOptions): EventIntake {
  const { catalogue } = options;
  const take = (bytes: Uint8Array): Admission => admit(bytes, { schema: options.schema, receivedAtMs: options.now() });
  return {
    async takeAll(events) {
      const sequence = new KeyedSequence<TakenEvent>();
      const admissions = events.map(take);
      const lookups = await catalogue.lookUp(itemsToLookUp(eventsOf(admissions)));
      return Promise.all(
        admissions.map((admission) => finish(admission, { sequence, lookUp: () => lookups, options })),
      );
    },
    open() {
      const sequence = new KeyedSequence<TakenEvent>();
      const lookUp = (event: Event): Promise<Lookups> => catalogue.lookUp(itemsToLookUp([event]));
      return (bytes) => finish(take(bytes), { sequence, lookUp, options });
    },
  };
}

type Lookups = ReadonlyMap<string, ItemLookup>;

interface Finishing {
  readonly sequence: KeyedSequence<TakenEvent>;
  readonly lookUp: (event: Event) => Lookups | Promise<Lookups>;
  readonly options: EventIntakeOptions;
}

async function finish(admission: Admission, { sequence, lookUp, options }: Finishing): Promise<TakenEvent> {
  if (admission.kind === 'refused') return admission.answer;
  return inOrder(sequence, admission, async () => record(admission, await lookUp(admission.event), options));
}

function* eventsOf(admissions: readonly Admission[]): Iterable<Event> {
  for (const admission of admissions) if (admission.kind === 'admitted') yield admission.event;
}

function inOrder(
  sequence: KeyedSequence<TakenEvent>,
  { event, profileKey }: Admitted,
  take: () => Promise<TakenEvent>,
): Promise<TakenEvent> {
  return sequence.run(profileKey, async (previous) => {
    const failure = previous?.outcome.outcome;
    if (failure?.$case !== 'retryLater') return take();
    return retryLater(
      event.eventId,
      'an earlier event of the same profile could not be stored',
      failure.value.retryAfterMs,
    );
  });
}

async function record(admitted: Admitted, lookups: Lookups, options: EventIntakeOptions): Promise<TakenEvent> {
  const { event } = admitted;
  const enrichment = enrich(event, lookups);
  if (enrichment.kind === 'unreachable') {
    return retryLater(event.eventId, 'the catalogue cannot be reached', catalogueRetryMs);
  }
  const body = bodyOf(admitted, enrichment);
  if (body.length > maxBodyBytes) {
    const description = `its attributes in the catalogue are too large: at most ${maxBodyBytes} bytes can be recorded`;
    return rejected(event.eventId, [{ field: 'item_id', description }]);
  }
  return publish(admitted, { body, unknownItem: enrichment.unknownItem }, options);
}

function bodyOf(
  { event, receivedAtMs }: Admitted,
  { attributes, unknownItem }: Extract<Enrichment, { kind: 'complete' }>,
): Uint8Array {
  return encodeBody({ event, receivedAtMs, attributes, unknownItem });
}

async function publish(
  { event, profileKey }: Admitted,
  { body, unknownItem }: { readonly body: Uint8Array; readonly unknownItem: boolean },
  { publisher, now, onPublished }: EventIntakeOptions,
): Promise<TakenEvent> {
  const { eventId, eventType } = event;
  const publishedAtMs = now();
  try {
    const published = await publisher.publish({ profileKey, eventId, eventType, body });
    onPublished(now() - publishedAtMs);
    const stored = positionOf(published, publishedAtMs);
    return published.kind === 'stored' ? accepted(eventId, unknownItem, stored) : duplicate(eventId, stored);
  } catch (error) {
    const failure = fromUnknown(error);
    // Anything else is a bug, and the call says so.
    if (!failure.retryable) throw failure;
    return retryLater(eventId, failure.message, failure.retryAfterMs ?? publishRetryMs);
  }
}

function positionOf({ partition, sequence }: PublishedEvent, publishedAtMs: number): StoredPosition {
  return { partition, sequence, publishedAtMs };
}
