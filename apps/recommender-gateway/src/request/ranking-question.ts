import type { RankItemsRequest } from '@affinity/contracts';
import { parseVisitor, Violations, type Visitor } from './visitor';

/** A checked RankItems request. */
export interface RankingQuestion {
  readonly visitor: Visitor;
  /** 1 to 500, each once. */
  readonly itemIds: readonly string[];
}

const maxItems = 500;

/** Checks a request. @throws AffinityError INVALID_ARGUMENT that names every field that breaks a rule */
export function parseRankingQuestion(request: RankItemsRequest): RankingQuestion {
  const { itemIds } = request;
  const violations = new Violations();
  const visitor = parseVisitor(request, violations);
  if (itemIds.length < 1 || itemIds.length > maxItems) {
    violations.add('item_ids', `must have 1 to ${maxItems} entries, has ${itemIds.length}`);
  }
  const seen = new Set<string>();
  itemIds.slice(0, maxItems).forEach((itemId, i) => {
    violations.checkId(`item_ids[${i}]`, itemId);
    if (seen.has(itemId)) violations.add(`item_ids[${i}]`, 'must not repeat an earlier one');
    seen.add(itemId);
  });
  violations.throwIfAny();
  return { visitor, itemIds };
}
