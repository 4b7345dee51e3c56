import {
  betaQuantile,
  incompleteBeta,
  logGamma,
  studentTLogDensity,
  studentTQuantile,
  trigamma,
} from './special-functions';

// Reference values: NIST DLMF tables and closed forms.
describe('special functions', () => {
  it('logGamma gives factorials and the half', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });

  it('trigamma gives its closed forms', () => {
    expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 10);
    expect(trigamma(0.5)).toBeCloseTo(Math.PI ** 2 / 2, 9);
  });

  it('incompleteBeta gives its closed forms', () => {
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 12);
    expect(incompleteBeta(0.25, 2, 1)).toBeCloseTo(0.0625, 12);
    expect(incompleteBeta(0.5, 7.5, 7.5)).toBeCloseTo(0.5, 12);
    expect(incompleteBeta(0, 2, 3)).toBe(0);
    expect(incompleteBeta(1, 2, 3)).toBe(1);
  });

  it('betaQuantile inverts incompleteBeta', () => {
    for (const p of [0.05, 0.5, 0.95]) expect(incompleteBeta(betaQuantile(p, 3, 17), 3, 17)).toBeCloseTo(p, 9);
  });

  it('studentTQuantile gives the tables', () => {
    expect(studentTQuantile(0.975, 10)).toBeCloseTo(2.228139, 5);
    expect(studentTQuantile(0.05, 5)).toBeCloseTo(-2.015048, 5);
    expect(studentTQuantile(0.75, 1)).toBeCloseTo(1, 9);
    expect(studentTQuantile(0.5, 3)).toBe(0);
  });

  it('studentTLogDensity gives the Cauchy density for one degree of freedom', () => {
    const density = Math.exp(studentTLogDensity(3, { degreesOfFreedom: 1, location: 1, scale: 2 }));
    expect(density).toBeCloseTo(1 / (2 * Math.PI * (1 + 1)), 12);
  });
});
