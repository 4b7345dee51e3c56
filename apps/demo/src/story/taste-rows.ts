import type { DimensionProfile, Profile } from '@affinity/contracts';
import type { Taste } from '@affinity/datasets';

const shownValues = 3;

/** A profile as the rows of a table, next to the taste that it comes from where that is known. */
export function tasteRows(profile: Profile, taste: Taste | undefined): readonly (readonly string[])[] {
  const header = taste === undefined ? ['dimension', 'profile'] : ['dimension', 'generated from', 'profile', 'apart'];
  return [header, ...profile.dimensions.flatMap((dimension) => rowOf(dimension, taste))];
}

function rowOf({ name, state }: DimensionProfile, taste: Taste | undefined): readonly (readonly string[])[] {
  switch (state?.$case) {
    case 'categorical': {
      const shares = Object.fromEntries(state.value.categories.map(({ value, share }) => [value, share]));
      const known = taste?.categorical[name];
      if (taste === undefined) return [[name, sharesText(shares)]];
      return [[name, known ? sharesText(known) : '', sharesText(shares), known ? apartText(known, shares) : '']];
    }
    case 'numeric': {
      const { mean, variance } = state.value;
      const known = taste?.numeric[name];
      if (taste === undefined) return [[name, numberText(mean, Math.sqrt(variance))]];
      return [[name, known ? numberText(known.mean, known.sd) : '', numberText(mean, Math.sqrt(variance)), '']];
    }
    case 'items':
    case undefined:
      return [];
  }
}

type Shares = Readonly<Record<string, number>>;

function sharesText(shares: Shares): string {
  const heaviest = Object.entries(shares).sort(([, left], [, right]) => right - left);
  return heaviest
    .slice(0, shownValues)
    .map(([value, share]) => `${value} ${Math.round(share * 100)} %`)
    .join(', ');
}

/** Total variation distance, in percent: the share that would have to move for the two to agree. */
function apartText(known: Shares, found: Shares): string {
  return `${Math.round(totalVariation(known, found) * 100)} %`;
}

/** Half the sum of the absolute differences of two distributions: 0 when they agree, 1 when they share nothing. */
export function totalVariation(left: Shares, right: Shares): number {
  const values = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...values].reduce((sum, value) => sum + Math.abs((left[value] ?? 0) - (right[value] ?? 0)), 0) / 2;
}

function numberText(mean: number, deviation: number): string {
  return `${Math.round(mean)} ± ${Math.round(deviation)}`;
}
