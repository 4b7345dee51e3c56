import type { AttributeValue } from './interaction';

/** Which attributes of an item say when it can be had: numbers are epoch seconds, texts ISO 8601 dates or instants. */
export interface AvailabilityAttributes {
  /** From when; included. */
  readonly from: string;
  /** Until when; not included. */
  readonly until: string;
  /** For how many days, where there is no `until`. */
  readonly days?: string | undefined;
}

/** The attributes that items have unless somebody says otherwise. */
export const availabilityAttributes: AvailabilityAttributes = { from: 'available_from', until: 'available_until' };

/** When an item can be had, in epoch milliseconds: from `fromMs` on, before `untilMs`. */
export interface AvailabilitySpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

const dayMs = 86_400_000;
const always: AvailabilitySpan = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Infinity };

/** When an item can be had. An attribute that cannot be read limits nothing, and an item without attributes can always be had. */
export function availabilityOf(
  attributes: ReadonlyMap<string, AttributeValue> | undefined,
  names: AvailabilityAttributes = availabilityAttributes,
): AvailabilitySpan {
  if (attributes === undefined) return always;
  const fromMs = instantMs(attributes.get(names.from));
  const days = names.days === undefined ? undefined : attributes.get(names.days);
  const untilMs = instantMs(attributes.get(names.until)) ?? lastDayMs(fromMs, days);
  return { fromMs: fromMs ?? always.fromMs, untilMs: untilMs ?? always.untilMs };
}

/** Whether an item can be had at an instant, in epoch milliseconds. */
export function isAvailable({ fromMs, untilMs }: AvailabilitySpan, atMs: number): boolean {
  return fromMs <= atMs && atMs < untilMs;
}

function lastDayMs(fromMs: number | undefined, days: AttributeValue | undefined): number | undefined {
  return fromMs === undefined || typeof days !== 'number' ? undefined : fromMs + days * dayMs;
}

function instantMs(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value * 1_000;
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
