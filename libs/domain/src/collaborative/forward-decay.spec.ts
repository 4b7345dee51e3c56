import { ForwardDecay } from './forward-decay';

describe('ForwardDecay', () => {
  it('makes an event one half-life older count half', () => {
    const decay = new ForwardDecay(1_000, () => undefined);
    const [old, recent] = [decay.factorAt(5_000), decay.factorAt(6_000)];
    expect(old / recent).toBe(0.5);
    expect(old / decay.newestFactor).toBe(0.5);
  });

  it('keeps ratios when it rescales', () => {
    let stored = 0;
    const decay = new ForwardDecay(1, (factor) => (stored *= factor));
    decay.factorAt(0);
    stored = decay.factorAt(395);
    const newest = decay.factorAt(405);
    expect(stored / newest).toBe(2 ** -10);
    expect(newest).toBe(1);
  });

  it('never decays with an endless half-life', () => {
    const decay = new ForwardDecay(Infinity, () => undefined);
    expect([decay.factorAt(0), decay.factorAt(1e15), decay.newestFactor]).toEqual([1, 1, 1]);
  });
});
