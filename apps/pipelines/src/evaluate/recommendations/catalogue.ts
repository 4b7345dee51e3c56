import type { Dataset } from '@affinity/datasets';
import type { AttributeValue } from '@affinity/domain';

/** The attributes of each item. */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, AttributeValue>>;

/** Which attributes say when an item can be had. */
export interface AvailabilityColumns {
  /** Epoch seconds or an ISO 8601 date; included. */
  readonly from: string;
  /** Epoch seconds or an ISO 8601 date; not included. */
  readonly until: string;
  /** Days from `from`, where there is no `until`. */
  readonly days: string | undefined;
}

/** Reads a catalogue into memory. */
export async function readCatalogue(dataset: Dataset): Promise<Catalogue> {
  const catalogue = new Map<string, ReadonlyMap<string, AttributeValue>>();
  for await (const { itemId, attributes } of dataset.items()) catalogue.set(itemId, attributes);
  return catalogue;
}

/** When an item can be had, in epoch milliseconds. */
export interface AvailabilitySpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

const always: AvailabilitySpan = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Infinity };
const dayMs = 86_400_000;

/** When each item of a catalogue can be had; what says nothing can always be had. */
export function availability(catalogue: Catalogue, columns: AvailabilityColumns): (itemId: string) => AvailabilitySpan {
  const spans = new Map<string, AvailabilitySpan>();
  for (const [itemId, attributes] of catalogue) {
    const fromMs = instantOf(attributes.get(columns.from)) ?? always.fromMs;
    const days = columns.days === undefined ? undefined : attributes.get(columns.days);
    const lastsMs = typeof days === 'number' ? days * dayMs : Infinity;
    const untilMs = instantOf(attributes.get(columns.until)) ?? fromMs + lastsMs;
    spans.set(itemId, { fromMs, untilMs: Number.isNaN(untilMs) ? Infinity : untilMs });
  }
  return (itemId) => spans.get(itemId) ?? always;
}

function instantOf(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value * 1_000;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
