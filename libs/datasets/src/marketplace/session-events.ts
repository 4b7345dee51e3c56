import type { DatasetInteraction } from '../interaction-rows';
import { exponential } from './distributions';
import type { Random } from './random';
import { maxSessionMs, type Session } from './sessions';
import { tasteAt, type Visitor } from './visitor';
import type { Vehicle } from './vehicle';

/** What happens in a session is drawn from this. */
export interface SessionContext {
  readonly session: Session;
  readonly visitor: Visitor;
  readonly vehicles: readonly Vehicle[];
}

/** An event of a session; its id follows from the row that it becomes. */
export type SessionEvent = Omit<DatasetInteraction, 'eventId' | 'eventValue'>;

const meanPauseMs = 45_000;
const probabilities = { park: 0.12, unpark: 0.2, contact: 0.05, purchaseAfterContact: 0.25 };

/** The events of one session in the order of time, on full seconds. Parking and unparking are remembered in the visitor. */
export function drawSessionEvents(random: Random, context: SessionContext): readonly SessionEvent[] {
  const { session, visitor } = context;
  const taste = tasteAt(visitor, session.beginsAtMs);
  // Who is not logged in does not see what they parked before.
  const parked = session.anonymous ? new Set<number>() : visitor.parked;
  const events: SessionEvent[] = [];
  let atMs = session.beginsAtMs;
  for (let view = 0; view < session.views; view += 1) {
    const vehicle = taste.drawVehicle(random);
    for (const eventType of drawTypes(random, parked, vehicle)) {
      events.push(eventOf(context, { eventType, vehicle, atMs }));
      atMs = Math.min(atMs + 1_000 + exponential(random, meanPauseMs), session.beginsAtMs + maxSessionMs - 1_000);
    }
  }
  return events;
}

function drawTypes(random: Random, parked: Set<number>, vehicle: number): readonly string[] {
  const types = ['view'];
  if (parked.has(vehicle)) {
    if (random.chance(probabilities.unpark)) {
      parked.delete(vehicle);
      types.push('unpark');
    }
  } else if (random.chance(probabilities.park)) {
    parked.add(vehicle);
    types.push('park');
  }
  if (random.chance(probabilities.contact)) {
    types.push('contact');
    if (random.chance(probabilities.purchaseAfterContact)) types.push('purchase');
  }
  return types;
}

interface Act {
  readonly eventType: string;
  readonly vehicle: number;
  readonly atMs: number;
}

function eventOf({ session, visitor, vehicles }: SessionContext, { eventType, vehicle, atMs }: Act): SessionEvent {
  return {
    userId: session.anonymous ? '' : visitor.userId,
    sessionId: session.sessionId,
    eventType,
    itemId: vehicles[vehicle]?.itemId ?? '',
    occurredAtMs: Math.floor(atMs / 1_000) * 1_000,
  };
}
