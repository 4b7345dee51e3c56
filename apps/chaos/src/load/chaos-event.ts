import type { Event } from '@affinity/contracts';
import { seededRandom } from '@affinity/testing';

/** Signed weights of the event types. */
export const eventWeights: Readonly<Record<string, number>> = { view: 1, park: 5, unpark: -5 };

/**
 * The deployment's schema. The dimension `event` holds each event's own id, so that a tile shows how often it counted each
 * of them; its caps are above what a tile can meet in a run.
 */
export const chaosSchemaText = `
version: chaos
event_types: { view: 1, park: 5, unpark: -5 }
allowed_lateness_days: 30
dimensions:
  - { name: event, kind: categorical, cap: 2000 }
  - { name: colour, kind: categorical }
  - { name: price, kind: numeric }
`;

/** An event of a run: what the oracle knows of it. */
export interface ChaosEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly eventType: string;
  readonly itemId: string;
  /** Epoch milliseconds, set once: a retry across midnight meets the same day. */
  readonly occurredAtMs: number;
  readonly colour: string;
  readonly price: number;
}

/** Which events to make. */
export interface EventSourceOptions {
  readonly users: number;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const dayMs = 86_400_000;
const days = 3;
const items = 200;
const eventTypes = ['view', 'view', 'view', 'park', 'unpark'] as const;
const colours = ['red', 'blue', 'green', 'black', 'white'] as const;

/** Makes events of random users, some of them much busier than others, of today and the two days before. */
export function createEventSource({ users, seed, now }: EventSourceOptions): () => ChaosEvent {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  let made = 0;
  return () => {
    made += 1;
    return {
      eventId: `e${made}`,
      userId: userIdOf(Math.floor(random() ** 2 * users)),
      eventType: eventTypes[below(eventTypes.length)] ?? 'view',
      itemId: `i${below(items)}`,
      occurredAtMs: now() - below(days) * dayMs,
      colour: colours[below(colours.length)] ?? 'red',
      price: below(30_000),
    };
  };
}

/** The id of a run's user by number, from 0. */
export function userIdOf(user: number): string {
  return `u${user}`;
}

/** The event as clients send it. */
export function toMessage({ eventId, userId, eventType, itemId, occurredAtMs, colour, price }: ChaosEvent): Event {
  return {
    eventId,
    userId,
    sessionId: '',
    eventType,
    itemId,
    occurredAt: new Date(occurredAtMs),
    attributes: new Map([
      ['event', { kind: { $case: 'stringValue', value: eventId } }],
      ['colour', { kind: { $case: 'stringValue', value: colour } }],
      ['price', { kind: { $case: 'numberValue', value: price } }],
    ]),
    recommendationId: '',
    impression: [],
  };
}
