/** What a line of the upstream zone means to the evaluation. */
export type OnlineEvent =
  /** Items were shown. */
  | {
      readonly kind: 'shown';
      readonly visitor: string;
      readonly recommendationId: string;
      readonly itemIds: readonly string[];
      /** Empty when no experiment ran. */
      readonly experiment: string;
      readonly variant: string;
      readonly degraded: boolean;
    }
  /** An item was acted on that came from a recommendation. */
  | {
      readonly kind: 'acted';
      readonly visitor: string;
      readonly recommendationId: string;
      readonly itemId: string;
      readonly eventType: string;
    }
  /** What was stored of a visitor before counts as absent. */
  | { readonly kind: 'erased'; readonly visitor: string };

/** Attributes of an impression, as the recommender gateway writes them. */
const attributeNames = {
  experiment: 'recommendation_experiment',
  variant: 'recommendation_variant',
  degraded: 'recommendation_degraded',
};

/** Reads a line, see `eventLine` of the lake. Undefined for one that is of no concern. Throws SyntaxError when it is no JSON. */
export function readOnlineEvent(line: string): OnlineEvent | undefined {
  const entry: unknown = JSON.parse(line);
  if (!isRecord(entry)) return undefined;
  const visitor = textOf(entry['profile_key']);
  if (entry['kind'] === 'erasure') return { kind: 'erased', visitor };
  const recommendationId = textOf(entry['recommendation_id']);
  if (recommendationId === '') return undefined;
  const itemId = textOf(entry['item_id']);
  const eventType = textOf(entry['event_type']);
  if (itemId !== '') return { kind: 'acted', visitor, recommendationId, itemId, eventType };
  const shown = entry['impression'];
  if (!Array.isArray(shown) || shown.length === 0) return undefined;
  const attributes = isRecord(entry['attributes']) ? entry['attributes'] : {};
  return {
    kind: 'shown',
    visitor,
    recommendationId,
    itemIds: shown.map(String),
    experiment: textOf(attributes[attributeNames.experiment]),
    variant: textOf(attributes[attributeNames.variant]),
    degraded: attributes[attributeNames.degraded] === true,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
