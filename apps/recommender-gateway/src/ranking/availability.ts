import type { AttributeValue } from '@affinity/domain';
import type { Attributes } from '../catalogue/item-attributes';

const from = 'available_from';
const until = 'available_until';

/**
 * Whether an item can be had at an instant (epoch milliseconds), by its optional attributes `available_from` (included) and
 * `available_until` (not included): numbers are epoch seconds, texts ISO 8601 dates or instants. An attribute that is
 * neither limits nothing, and an item without attributes is available.
 */
export function isAvailable(attributes: Attributes | undefined, atMs: number): boolean {
  const fromMs = instantMs(attributes?.get(from)) ?? -Infinity;
  const untilMs = instantMs(attributes?.get(until)) ?? Infinity;
  return fromMs <= atMs && atMs < untilMs;
}

function instantMs(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value * 1_000;
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
