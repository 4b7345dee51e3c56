import fc from 'fast-check';
import { addNumber, emptyNumeric, netMoments } from './numeric-state';

const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('numeric states', () => {
  it('agree with two passes over the numbers', () => {
    fc.assert(
      fc.property(sample, (numbers) => {
        const state = emptyNumeric();
        for (const number of numbers) addNumber(state, number, 2);
        const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
        const m2 = numbers.reduce((sum, x) => sum + 2 * (x - mean) ** 2, 0);
        const net = netMoments(state);
        expect(net?.weight).toBe(2 * numbers.length);
        expect(net?.mean).toBeCloseTo(mean, 3);
        expect(Math.abs((net?.m2 ?? 0) - m2)).toBeLessThanOrEqual(1e-9 * Math.max(1e12, m2));
        expect(net?.min).toBe(Math.min(...numbers));
      }),
    );
  });

  it('give back what was there before a number was added and taken away', () => {
    const state = emptyNumeric();
    for (const number of [1, 2, 3]) addNumber(state, number, 1);
    addNumber(state, 100, 5);
    addNumber(state, 100, -5);
    const net = netMoments(state);
    expect(net?.weight).toBe(3);
    expect(net?.mean).toBeCloseTo(2, 9);
    expect(net?.m2).toBeCloseTo(2, 6);
  });

  it('are nothing when as much was taken away as was added, or more', () => {
    const state = emptyNumeric();
    addNumber(state, 5, 1);
    addNumber(state, 5, -1);
    expect(netMoments(state)).toBeUndefined();
    addNumber(state, 7, -1);
    expect(netMoments(state)).toBeUndefined();
  });
});
