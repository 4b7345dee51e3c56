import type { CandidateList } from '@affinity/personalize';

/** Why an item is in a base list. */
export type BaseOrigin =
  /** The model proposed it. */
  | 'model'
  /** Visitors met it lately. */
  | 'popular'
  /** It was recommended lately. */
  | 'answered'
  /** The caller asked about it; nothing else is known. */
  | 'asked';

/** An item before preferences are known. */
export interface BaseItem {
  readonly itemId: string;
  readonly origin: BaseOrigin;
  /** Its place in the list, from 1; absent when the list does not name it. */
  readonly rank?: number;
  /** Greater than 0; proportional to a probability. */
  readonly score?: number;
}

/** What the ranking starts from. */
export interface BaseList {
  /** What its scores are. */
  readonly kind: 'model' | 'popularity';
  readonly items: readonly BaseItem[];
}

/** The model's candidates as a base list. */
export function modelList({ candidates }: CandidateList): BaseList {
  const items = candidates.map(({ itemId, score }, i): BaseItem => {
    const scored = score !== undefined && score > 0 ? { score } : {};
    return { itemId, origin: 'model', rank: i + 1, ...scored };
  });
  return { kind: 'model', items };
}
