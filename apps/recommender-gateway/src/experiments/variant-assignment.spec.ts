import type { Experiment } from './experiment';
import { assignVariant } from './variant-assignment';

const variants = [
  { name: 'control', share: 70 },
  { name: 'bold', share: 20 },
  { name: 'other', share: 10 },
];
const experiment: Experiment = { name: 'e', salt: 'e', variants };
const visitors = Array.from({ length: 20_000 }, (_, i) => `user-${i}`);

function partOf(name: string, among: readonly string[], tried: Experiment = experiment): number {
  return among.filter((visitor) => assignVariant(tried, visitor).name === name).length / among.length;
}

describe('assignVariant', () => {
  it('gives each variant its share, and the same visitor always the same variant', () => {
    // Five standard deviations of a binomial share.
    for (const { name, share } of variants) {
      const expected = share / 100;
      const deviation = Math.sqrt((expected * (1 - expected)) / visitors.length);
      expect(Math.abs(partOf(name, visitors) - expected)).toBeLessThan(5 * deviation);
    }
    expect(visitors.map((visitor) => assignVariant(experiment, visitor).name)).toEqual(
      visitors.map((visitor) => assignVariant({ ...experiment }, visitor).name),
    );
  });

  it('deals the visitors anew, independently, with another salt', () => {
    const control = visitors.filter((visitor) => assignVariant(experiment, visitor).name === 'control');
    expect(partOf('control', control, { ...experiment, salt: 'f' })).toBeCloseTo(0.7, 1);
  });

  it('stays as it is: a change would mix the variants of running experiments', () => {
    expect(visitors.slice(0, 12).map((visitor) => assignVariant(experiment, visitor).name)).toEqual([
      'control',
      'control',
      'bold',
      'control',
      'control',
      'other',
      'control',
      'control',
      'control',
      'control',
      'other',
      'control',
    ]);
  });
});
