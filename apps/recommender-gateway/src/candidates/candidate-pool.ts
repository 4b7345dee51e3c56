import { interleave, type PopularItem } from '@affinity/domain';
import type { BaseItem, BaseList } from '../ranking/base-list';
import type { RecommendationQuestion } from '../request/recommendation-question';

/** The most items that the model proposes, and that preferences are asked for, at a time. */
export const maxCandidates = 500;

/** What may be recommended. */
export interface CandidatePool {
  readonly base: BaseList;
  /** Popular items for when too little of the rest can be had. */
  readonly spares: readonly BaseItem[];
}

/** What a pool is made from. */
export interface PoolMaterial {
  readonly question: RecommendationQuestion;
  /** What the visitor has met and is not to be shown again. */
  readonly seen: ReadonlySet<string>;
  /** Most popular first; undefined where popularity does not count, or is not known. */
  readonly popular: readonly PopularItem[] | undefined;
  /** What stands in where a list is too short, best first. */
  readonly lately: () => readonly BaseItem[];
  /** The most popular items that stand beside the model's. */
  readonly count: number;
}

/** The eligible items of a list and, beside a model's, popular ones; at most {@link maxCandidates} in all. */
export function candidatePool(
  base: BaseList,
  { question, seen, popular = [], lately, count }: PoolMaterial,
): CandidatePool {
  const { excluded, relatedTo, maxResults } = question;
  const isEligible = ({ itemId }: { readonly itemId: string }): boolean =>
    !excluded.has(itemId) && !seen.has(itemId) && itemId !== relatedTo;
  const proposed = base.items.filter(isEligible);
  if (base.kind === 'popularity') return { base: { ...base, items: proposed.slice(0, maxCandidates) }, spares: [] };
  const favourites = popular.filter(isEligible).slice(0, count);
  const beside = favourites.map(({ itemId }): BaseItem => ({ itemId, origin: 'popular' }));
  const items = interleave(proposed, beside, maxCandidates);
  const lacking = Math.max(0, Math.min(2 * maxResults, maxCandidates) - items.length);
  const named = new Set([...base.items, ...items].map(({ itemId }) => itemId));
  const spares = lacking === 0 ? [] : lately().filter((item) => !named.has(item.itemId) && isEligible(item));
  return {
    base: { ...base, items },
    spares: spares.slice(0, lacking).map(({ itemId, origin }) => ({ itemId, origin })),
  };
}
