import type { GetRecommendationsResponse } from '@affinity/contracts';

/** An answer of the gateway, as whoever asked knows it. */
export interface ShownList {
  readonly userId: string;
  readonly recommendationId: string;
  /** Of the running experiment. */
  readonly variant: string;
  /** Best first. */
  readonly itemIds: readonly string[];
}

/** What an answer showed. */
export function shownList(userId: string, { items, info }: GetRecommendationsResponse): ShownList {
  const { recommendationId = '', variant = '' } = info ?? {};
  return { userId, recommendationId, variant, itemIds: items.map(({ itemId }) => itemId) };
}
