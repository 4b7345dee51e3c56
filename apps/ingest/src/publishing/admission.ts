import type { Event } from '@affinity/contracts';
import { profileKeyOf, type Schema } from '@affinity/domain';
import { validateEvent } from '../validation/event-validation';
import { decodeEvent } from '../wire/event-decoding';
import { rejected, type TakenEvent } from './taken-event';

/** A valid event on its way. */
export interface Admitted {
  readonly event: Event;
  readonly profileKey: string;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
}

/** Either an event that may be stored, or the answer to one that may not. */
export type Admission =
  ({ readonly kind: 'admitted' } & Admitted) | { readonly kind: 'refused'; readonly answer: TakenEvent };

/** Decodes and validates one event. Pure, and never throws for anything that the event holds. */
export function admit(
  bytes: Uint8Array,
  { schema, receivedAtMs }: { readonly schema: Schema; readonly receivedAtMs: number },
): Admission {
  const decoded = decodeEvent(bytes);
  if (decoded.kind === 'malformed') return { kind: 'refused', answer: rejected('', decoded.violations) };
  const { event, encodedBytes } = decoded;
  const violations = validateEvent(event, { schema, receivedAtMs, encodedBytes });
  const profileKey = profileKeyOf(event);
  // Without a key there is a violation that says so.
  if (violations.length > 0 || profileKey === undefined) {
    return { kind: 'refused', answer: rejected(event.eventId, violations) };
  }
  return { kind: 'admitted', event, profileKey, receivedAtMs };
}
