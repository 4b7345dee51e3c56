import fc from 'fast-check';
import {
  addToSketch,
  emptySketch,
  maxSketchKeys,
  mergeSketch,
  quantilesOf,
  sketchRelativeError,
  sketchWeight,
  type QuantileSketch,
} from './quantile-sketch';

const numbers = fc.array(fc.oneof(fc.double({ min: -1e5, max: 1e5, noNaN: true }), fc.integer({ min: -50, max: 50 })), {
  minLength: 1,
  maxLength: 200,
});
/** From 1e-40 to 1e40: far more than the bins span. */
const wideNumbers = fc.array(
  fc.tuple(fc.integer({ min: -40, max: 40 }), fc.constantFrom(1, -1)).map(([exponent, sign]) => sign * 10 ** exponent),
  { maxLength: 60 },
);

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = emptySketch();
  for (const value of values) addToSketch(sketch, { value, weight: 1 });
  return sketch;
}

describe('a quantile sketch', () => {
  it('gives quantiles to its relative error', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, part) => {
        const sorted = values.filter((value) => value === 0 || Math.abs(value) > 1e-3).sort((a, b) => a - b);
        const exact = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
        const [found] = quantilesOf(sketchOf(sorted), [part]) ?? [];
        if (exact === undefined) expect(found).toBeUndefined();
        else
          expect(Math.abs((found ?? NaN) - exact)).toBeLessThanOrEqual((sketchRelativeError + 1e-9) * Math.abs(exact));
      }),
    );
  });

  it('of the parts, merged, is that of the whole, also where bins are collapsed', () => {
    fc.assert(
      fc.property(wideNumbers, wideNumbers, (left, right) => {
        const merged = sketchOf(left);
        mergeSketch(merged, sketchOf(right));
        expect(merged).toEqual(sketchOf([...left, ...right]));
      }),
    );
  });

  it('is scaled by a decay', () => {
    fc.assert(
      fc.property(wideNumbers, fc.constantFrom(0.5, 0.25), (values, factor) => {
        const scaled = emptySketch();
        mergeSketch(scaled, sketchOf(values), factor);
        expect(sketchWeight(scaled)).toBeCloseTo(values.length * factor, 9);
        expect(quantilesOf(scaled, [0.1, 0.5, 0.9])).toEqual(quantilesOf(sketchOf(values), [0.1, 0.5, 0.9]));
      }),
    );
  });

  it('keeps a bounded number of bins, counting the smallest numbers with the smallest bin', () => {
    const sketch = sketchOf(Array.from({ length: 4_000 }, (_, i) => 1.05 ** (i - 2_000)));
    expect(sketch.positive.size).toBeLessThanOrEqual(maxSketchKeys);
    expect(sketchWeight(sketch)).toBe(4_000);
    const [high = 0] = quantilesOf(sketch, [0.99]) ?? [];
    const exact = 1.05 ** (0.99 * 4_000 - 2_000);
    expect(Math.abs(high - exact)).toBeLessThanOrEqual(sketchRelativeError * exact);
  });

  it('counts a number with its nearest neighbour where no bin may be made', () => {
    const sketch = sketchOf([1, 100]);
    expect(addToSketch(sketch, { value: 80, weight: 2 }, () => false)).toBe(false);
    expect(sketch.positive.size).toBe(2);
    expect(quantilesOf(sketch, [0.5])).toEqual(quantilesOf(sketchOf([100]), [0.5]));
  });

  it('takes zeros, and numbers of no key, as zeros', () => {
    expect(quantilesOf(sketchOf([0, -0, 5e-324]), [0, 0.5, 1])).toEqual([0, 0, 0]);
    expect(quantilesOf(sketchOf([Number.MAX_VALUE]), [0.5])?.every(Number.isFinite)).toBe(true);
  });
});
