import {
  CategoricalPreference,
  ContributionSource,
  NumericPreference,
  RecommendedItem,
  type Preferences,
  type Profile,
} from '@affinity/contracts';
import { unsupportedClaims } from './reason-claims';

const category = (value: string, share: number) => ({ value, share, weight: 10 * share });
const bodyTypes = { categories: [category('van', 0.8), category('suv', 0.2)], otherWeight: 0, totalWeight: 10 };
const prices = { weight: 5, mean: 9_000, variance: 500_000, min: 8_000, max: 10_000 };
const profile: Profile = {
  dimensions: [
    { name: 'body_type', state: { $case: 'categorical', value: bodyTypes } },
    { name: 'price', state: { $case: 'numeric', value: prices } },
  ],
  eventCount: 5n,
  firstDay: '',
  lastDay: '',
};
const preference = (value: string, population: number) => ({ value, population, probability: 0.5, low: 0, high: 1 });
const preferences: Preferences = {
  dimensions: [
    {
      name: 'body_type',
      preference: {
        $case: 'categorical',
        value: {
          ...CategoricalPreference.fromPartial({}),
          categories: [preference('van', 0.3), preference('suv', 0.4)],
        },
      },
    },
    {
      name: 'price',
      preference: { $case: 'numeric', value: { ...NumericPreference.fromPartial({}), populationDeviation: 500 } },
    },
  ],
};

const recommended = (reason: string, dimension: string, value: string): RecommendedItem =>
  RecommendedItem.fromPartial({
    itemId: 'car',
    reason,
    contributions: [{ source: ContributionSource.PREFERENCE, dimension, value, contribution: 1 }],
  });
const check = (reason: string, dimension: string, value: string): number =>
  unsupportedClaims([recommended(reason, dimension, value)], { profile, preferences }).length;

describe('unsupportedClaims', () => {
  it('finds nothing wrong with what the profile bears out', () => {
    expect(check('You favour body type van more than others do, and this one has that.', 'body_type', 'van')).toBe(0);
    expect(check('You favour a price around 10200 more than others do, …', 'price', '10200')).toBe(0);
    expect(check('You favour a price range from 5000 more than others do, …', 'price', '47050')).toBe(0);
    expect(check('Popular with visitors lately.', 'body_type', 'coupe')).toBe(0);
  });

  it('finds what the visitor never met, meets less than others do, or is far from what they met', () => {
    expect(check('You favour body type coupe more than others do, …', 'body_type', 'coupe')).toBe(1);
    expect(check('You favour body type suv more than others do, …', 'body_type', 'suv')).toBe(1);
    expect(check('You favour a price around 20000 more than others do, …', 'price', '20000')).toBe(1);
    expect(check('You favour colour red more than others do, …', 'colour', 'red')).toBe(1);
  });
});
