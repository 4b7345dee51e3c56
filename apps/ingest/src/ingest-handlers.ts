import type { PublishEventsResponse, StreamEventsResponse } from '@affinity/contracts';
import { bindService, invalidArgument, type BoundService, type CallContext } from '@affinity/service-kit';
import { acknowledge } from './acknowledgements';
import type { IngestMeter } from './ingest-meter';
import type { EventIntake } from './publishing/event-intake';
import type { InFlightBudget } from './publishing/in-flight-budget';
import { readTokenOf } from './publishing/read-token-of';
import { retryLater, type TakenEvent } from './publishing/taken-event';
import { callLimits } from './validation/event-limits';
import { decodeEvent } from './wire/event-decoding';
import { ingestDefinition, type EncodedEvents } from './wire/ingest-definition';

/** What the handlers work with. */
export interface IngestHandlersOptions {
  readonly intake: EventIntake;
  readonly budget: InFlightBudget;
  readonly meter: IngestMeter;
  /** The most unacknowledged events of one stream. */
  readonly streamWindow: number;
}

/** affinity.events.v1.IngestService. */
export function createIngestService(options: IngestHandlersOptions): BoundService {
  return bindService(ingestDefinition, {
    publishEvents: (request) => publishEvents(request, options),
    streamEvents: (requests, context) => streamEvents(requests, context, options),
  });
}

async function publishEvents(request: EncodedEvents, options: IngestHandlersOptions): Promise<PublishEventsResponse> {
  checkCall(request);
  const { intake, budget, meter } = options;
  const { events } = request;
  if (!budget.tryTake(events.length)) throw budget.refusal();
  try {
    const taken = await intake.takeAll(events);
    meter.took(taken);
    return { outcomes: taken.map(({ outcome }) => outcome), readToken: readTokenOf(taken) };
  } finally {
    budget.release(events.length);
  }
}

function checkCall({ events, encodedBytes }: EncodedEvents): void {
  const violations = [];
  if (events.length === 0) violations.push({ field: 'events', description: 'must be at least 1' });
  if (events.length > callLimits.events) {
    violations.push({ field: 'events', description: `must be at most ${callLimits.events}, are ${events.length}` });
  }
  if (encodedBytes > callLimits.encodedBytes) {
    const description = `must be at most ${callLimits.encodedBytes} bytes together, are ${encodedBytes}`;
    violations.push({ field: 'events', description });
  }
  if (violations.length > 0) throw invalidArgument(violations);
}

async function* streamEvents(
  requests: AsyncIterable<EncodedEvents>,
  { draining }: CallContext,
  { intake, budget, meter, streamWindow }: IngestHandlersOptions,
): AsyncIterable<StreamEventsResponse> {
  const take = intake.open();
  const handle = async ({ events }: EncodedEvents): Promise<TakenEvent> => {
    // Without an event: no bytes, which validation refuses field by field. Of several, protobuf's last one wins.
    const event = events.at(-1) ?? new Uint8Array();
    if (!budget.tryTake(1)) return refusedForNow(event, budget);
    try {
      return await take(event);
    } finally {
      budget.release(1);
    }
  };
  for await (const taken of acknowledge(requests, { handle, window: streamWindow, stop: draining })) {
    meter.took([taken]);
    yield { outcome: taken.outcome, readToken: readTokenOf([taken]) };
  }
}

function refusedForNow(bytes: Uint8Array, budget: InFlightBudget): TakenEvent {
  const { message, retryAfterMs = 0 } = budget.refusal();
  const decoded = decodeEvent(bytes);
  return retryLater(decoded.kind === 'event' ? decoded.event.eventId : '', message, retryAfterMs);
}
