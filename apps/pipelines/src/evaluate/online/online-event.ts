import type { SqlRow } from '@affinity/lake';

/** What an event of the lake means to the evaluation. */
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
    };

/** Attributes of an impression, as the recommender gateway writes them. */
const attributeNames = {
  experiment: 'recommendation_experiment',
  variant: 'recommendation_variant',
  degraded: 'recommendation_degraded',
};

/** Between the items that were shown, see `online-events.sql`. */
const itemSeparator = '\u001f';

/** Reads a row of `online-events.sql`; undefined for one that neither showed items nor acted on one. */
export function readOnlineEvent(row: SqlRow): OnlineEvent | undefined {
  const visitor = textOf(row['profile_key']);
  const recommendationId = textOf(row['recommendation_id']);
  const itemId = textOf(row['item_id']);
  if (itemId !== '') return { kind: 'acted', visitor, recommendationId, itemId, eventType: textOf(row['event_type']) };
  const itemIds = textOf(row['shown_items']).split(itemSeparator);
  if (itemIds[0] === '') return undefined;
  const attributes = JSON.parse(textOf(row['attributes']) || '{}') as Readonly<Record<string, unknown>>;
  return {
    kind: 'shown',
    visitor,
    recommendationId,
    itemIds,
    experiment: textOf(attributes[attributeNames.experiment]),
    variant: textOf(attributes[attributeNames.variant]),
    degraded: attributes[attributeNames.degraded] === true,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
