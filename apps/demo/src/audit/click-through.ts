import type { Click } from '../story/click-story';
import type { ShownList } from '../story/shown-list';
import type { ShownLine } from './shown-lines';

/** What visitors were shown and did, as they know it themselves. */
export interface KnownShows {
  readonly shown: readonly ShownList[];
  readonly clicks: readonly Click[];
}

/** How often a variant's lists were shown and clicked. */
export interface VariantCount {
  readonly variant: string;
  readonly impressions: number;
  readonly clicks: number;
}

/** What the lake says of what was shown, and where it differs from what visitors know. */
export interface ClickThrough {
  /** By name. */
  readonly variants: readonly VariantCount[];
  /** Each impression and each click that is not there exactly once, as it was, and what nobody knows of. */
  readonly differences: readonly string[];
}

/** Counts impressions and clicks of the lake by variant, and compares each with what its visitor knows. */
export function clickThrough(lines: readonly ShownLine[], { shown, clicks }: KnownShows): ClickThrough {
  const impressions = lines.filter(({ itemIds }) => itemIds.length > 0);
  const followed = lines.filter(({ itemIds }) => itemIds.length === 0);
  const variantOf = new Map(impressions.map(({ recommendationId, variant }) => [recommendationId, variant ?? '']));
  const names = [...new Set(variantOf.values())].sort();
  const variants = names.map((variant) => ({
    variant,
    impressions: impressions.filter((line) => line.variant === variant).length,
    clicks: followed.filter(({ recommendationId }) => variantOf.get(recommendationId) === variant).length,
  }));
  const differences = [
    ...differing('impression', shown.map(shownText), impressions.map(shownText)),
    ...differing('click', clicks.map(clickText), followed.map(followedText)),
  ];
  return { variants, differences };
}

function shownText({ userId, recommendationId, variant, itemIds }: ShownList | ShownLine): string {
  return JSON.stringify([recommendationId, userId, variant, ...itemIds]);
}

function clickText({ recommendationId, interaction: { eventId, userId, itemId } }: Click): string {
  return JSON.stringify([recommendationId, userId, eventId, itemId]);
}

function followedText({ recommendationId, userId, eventId, itemId }: ShownLine): string {
  return JSON.stringify([recommendationId, userId, eventId, itemId]);
}

function differing(what: string, expected: readonly string[], found: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of found) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].flatMap(([text, left]) => {
    if (left === 0) return [];
    return `${what} ${text}: ${left > 0 ? `${left} missing` : `${-left} too many`}`;
  });
}
