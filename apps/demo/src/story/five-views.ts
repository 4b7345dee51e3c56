import type { DatasetInteraction } from '@affinity/datasets';
import type { AttributeValue, Schema } from '@affinity/domain';
import type { KnownData } from './known-data';

/** Five views that are unlike what the visitor did before. */
export interface FiveViews {
  /** What the viewed items have in common, such as "make is Tesla". */
  readonly what: string;
  readonly interactions: readonly DatasetInteraction[];
}

const viewCount = 5;

/**
 * Five views of items that share a value of the schema's first categorical dimension: of the values with five items that the
 * visitor has not met, the one that they met least. Undefined when there is none.
 */
export function fiveViews(data: KnownData, userId: string, occurredAtMs: () => number): FiveViews | undefined {
  const { schema } = data.dataset;
  const source = schema.dimensions.find((dimension) => dimension.kind === 'categorical')?.source;
  const [value, itemIds] = (source === undefined ? undefined : leastMet(data, userId, source)) ?? [];
  if (source === undefined || value === undefined || itemIds === undefined) return undefined;
  const eventType = viewTypeOf(schema);
  const interactions = itemIds.slice(0, viewCount).map((itemId, i) => ({
    eventId: `five-views-${i}`,
    userId,
    sessionId: '',
    eventType,
    itemId,
    occurredAtMs: occurredAtMs(),
  }));
  return { what: `${source} is ${value}`, interactions };
}

/** "view" where the schema has it, or else the first type that adds to a profile. */
export function viewTypeOf({ eventTypes }: Schema): string {
  if (eventTypes.has('view')) return 'view';
  return [...eventTypes.values()].find(({ weight }) => weight > 0)?.name ?? 'view';
}

function leastMet(data: KnownData, userId: string, source: string): readonly [string, readonly string[]] | undefined {
  const metItems = new Set(data.interactions.flatMap((event) => (event.userId === userId ? [event.itemId] : [])));
  const metTimes = new Map<string, number>();
  const unmetItems = new Map<string, string[]>();
  for (const [itemId, attributes] of data.items) {
    for (const value of valuesOf(attributes.get(source))) {
      if (metItems.has(itemId)) metTimes.set(value, (metTimes.get(value) ?? 0) + 1);
      else unmetItems.set(value, [...(unmetItems.get(value)?.slice(0, viewCount) ?? []), itemId]);
    }
  }
  const times = (value: string): number => metTimes.get(value) ?? 0;
  return [...unmetItems]
    .filter(([, itemIds]) => itemIds.length >= viewCount)
    .sort(([left], [right]) => times(left) - times(right))[0];
}

function valuesOf(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}
