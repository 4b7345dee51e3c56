import { ratioInterval, wilsonInterval } from './intervals';

describe('wilsonInterval', () => {
  it('gives the published bounds', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20.
    const bounds = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
    ] as const;
    for (const [successes, trials, low, high] of bounds) {
      expect(wilsonInterval(successes, trials).low).toBeCloseTo(low, 4);
      expect(wilsonInterval(successes, trials).high).toBeCloseTo(high, 4);
    }
    expect(wilsonInterval(0, 0)).toMatchObject({ low: 0, high: 1 });
  });
});

describe('ratioInterval', () => {
  it('is the normal interval of a share where each visitor counts once', () => {
    const parts = Array.from({ length: 400 }, (_, i) => ({ numerator: i < 100 ? 1 : 0, denominator: 1 }));
    const { share, low, high } = ratioInterval(parts);
    expect(share).toBe(0.25);
    expect(high - low).toBeCloseTo(2 * 1.96 * Math.sqrt((0.25 * 0.75) / 400), 3);
  });

  it('is as wide as the visitors are few, however often each of them was counted', () => {
    const once = Array.from({ length: 50 }, (_, i) => ({ numerator: i % 2, denominator: 1 }));
    const often = once.map(({ numerator }) => ({ numerator: 100 * numerator, denominator: 100 }));
    expect(ratioInterval(often).high).toBeCloseTo(ratioInterval(once).high, 9);
  });

  it('says nothing of a single visitor', () => {
    expect(ratioInterval([{ numerator: 1, denominator: 2 }])).toEqual({ share: 0.5, low: 0, high: 1 });
  });
});
