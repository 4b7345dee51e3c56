import type { DiversityCap, GetRecommendationsRequest } from '@affinity/contracts';
import { parseVisitor, Violations, type Visitor } from './visitor';

/** A checked GetRecommendations request. */
export interface RecommendationQuestion {
  readonly visitor: Visitor;
  readonly maxResults: number;
  /** Undefined: items for the visitor. */
  readonly relatedTo: string | undefined;
  readonly includeSeen: boolean;
  readonly caps: readonly DiversityCap[];
  readonly excluded: ReadonlySet<string>;
}

const defaultResults = 25;
const maxResultsAllowed = 100;
const maxExcluded = 500;
const maxCaps = 16;

/** Checks a request. @throws AffinityError INVALID_ARGUMENT that names every field that breaks a rule */
export function parseRecommendationQuestion(request: GetRecommendationsRequest): RecommendationQuestion {
  const { maxResults, relatedToItemId, includeSeen, diversityCaps, excludedItemIds } = request;
  const violations = new Violations();
  const visitor = parseVisitor(request, violations);
  if (maxResults > maxResultsAllowed) {
    violations.add('max_results', `must be at most ${maxResultsAllowed}, is ${maxResults}`);
  }
  if (relatedToItemId !== '') violations.checkId('related_to_item_id', relatedToItemId);
  checkCaps(diversityCaps, violations);
  if (excludedItemIds.length > maxExcluded) {
    violations.add('excluded_item_ids', `must have at most ${maxExcluded} entries, has ${excludedItemIds.length}`);
  }
  violations.throwIfAny();
  return {
    visitor,
    maxResults: maxResults || defaultResults,
    relatedTo: relatedToItemId || undefined,
    includeSeen,
    caps: diversityCaps,
    excluded: new Set(excludedItemIds),
  };
}

function checkCaps(caps: readonly DiversityCap[], violations: Violations): void {
  if (caps.length > maxCaps)
    violations.add('diversity_caps', `must have at most ${maxCaps} entries, has ${caps.length}`);
  caps.forEach(({ attribute, maxItems }, i) => {
    if (attribute === '') violations.add(`diversity_caps[${i}].attribute`, 'must not be empty');
    if (maxItems < 1) violations.add(`diversity_caps[${i}].max_items`, 'must be at least 1, is 0');
  });
}
