import { encodeReadToken, type TokenPosition } from '@affinity/contracts';
import type { StoredPosition, TakenEvent } from './taken-event';

/** The token that asks to see all stored events among these; empty when none is stored. */
export function readTokenOf(events: readonly TakenEvent[]): string {
  const last = new Map<number, TokenPosition>();
  for (const { stored } of events) {
    if (stored !== undefined && isLater(stored, last.get(stored.partition))) last.set(stored.partition, stored);
  }
  return encodeReadToken(last);
}

function isLater(stored: StoredPosition, current: TokenPosition | undefined): boolean {
  return current === undefined || stored.sequence > current.sequence;
}
