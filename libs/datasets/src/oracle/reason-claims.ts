import type { Preferences, Profile, RecommendedItem } from '@affinity/contracts';

/** What a reason says of its visitor: that they favour the item's value in a dimension. */
export interface Claim {
  readonly itemId: string;
  readonly dimension: string;
  readonly value: string;
}

/** What is known of the visitor, both under the decay that the recommendations were made with. */
export interface KnownVisitor {
  readonly profile: Profile;
  readonly preferences: Preferences;
}

/** The claims of all reasons that the stored profile does not bear out; none when each reason is true. */
export function unsupportedClaims(items: readonly RecommendedItem[], known: KnownVisitor): readonly Claim[] {
  return items.flatMap(claimsOf).filter((claim) => !isSupported(claim, known));
}

/** The dimensions that an item's reason names, with the item's values. */
export function claimsOf({ itemId, reason, contributions }: RecommendedItem): readonly Claim[] {
  if (!reason.startsWith('You favour ')) return [];
  const named = contributions.filter(({ dimension, value }) => {
    const label = dimension.replaceAll('_', ' ');
    // Not the label alone: "a price range from" is no word about the price.
    const phrases = [
      `a ${label} around `,
      `a ${label} below `,
      `a ${label} from `,
      `the mix of ${label} `,
      `${label} ${value}`,
    ];
    const isSaid = (phrase: string): boolean => reason.includes(`favour ${phrase}`) || reason.includes(`and ${phrase}`);
    return dimension !== '' && phrases.some(isSaid);
  });
  return named.map(({ dimension, value }) => ({ itemId, dimension, value }));
}

/**
 * Whether what is stored of the visitor bears a claim out. A category: they met it, and it is a larger part of what they met
 * than of what everybody met. A number: it lies within what they met, give or take the population's standard deviation.
 */
export function isSupported({ dimension, value }: Claim, { profile, preferences }: KnownVisitor): boolean {
  const state = profile.dimensions.find(({ name }) => name === dimension)?.state;
  const known = preferences.dimensions.find(({ name }) => name === dimension)?.preference;
  if (state?.$case === 'numeric' && known?.$case === 'numeric') {
    const { weight, min, max } = state.value;
    const { populationDeviation } = known.value;
    return weight > 0 && Number(value) >= min - populationDeviation && Number(value) <= max + populationDeviation;
  }
  if (state?.$case !== 'categorical' || known?.$case !== 'categorical') return false;
  const shares = new Map(state.value.categories.map((category) => [category.value, category.share]));
  const everybodys = new Map(known.value.categories.map((category) => [category.value, category.population]));
  return value.split('|').some((one) => (shares.get(one) ?? 0) > (everybodys.get(one) ?? 0));
}
