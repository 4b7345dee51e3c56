import { faultKinds, planFaults, targetOf, type FaultPlanOptions } from './fault-plan';

const options: FaultPlanOptions = { faults: 45, events: 200_000, replicas: 3, sinks: 2, longestMs: 6_000, seed: 4 };

describe('planFaults', () => {
  it('plans the same for the same seed, and otherwise for another', () => {
    expect(planFaults(options)).toEqual(planFaults(options));
    expect(planFaults({ ...options, seed: 5 })).not.toEqual(planFaults(options));
  });

  it('has every kind once before any comes twice', () => {
    const kinds = planFaults(options).map(({ kind }) => kind);
    expect(new Set(kinds.slice(0, faultKinds.length))).toEqual(new Set(faultKinds));
    expect(new Set(kinds.slice(faultKinds.length, 2 * faultKinds.length))).toEqual(new Set(faultKinds));
    expect(kinds).toHaveLength(45);
  });

  it('spreads faults over the events and ends before the last event', () => {
    const at = planFaults(options).map(({ atEvent }) => atEvent);
    expect(at).toEqual([...at].sort((left, right) => left - right));
    expect(at[0]).toBeGreaterThan(0);
    expect(at.at(-1)).toBeLessThan(options.events);
  });

  it('keeps lengths and replicas within bounds', () => {
    for (const { kind, holdMs, replica } of planFaults({ ...options, faults: 200 })) {
      expect(holdMs).toBeGreaterThanOrEqual(300);
      expect(holdMs).toBeLessThanOrEqual(6_000);
      expect(kind.endsWith('lake sink') ? [0, 1] : [0, 1, 2]).toContain(replica);
    }
  });
});

describe('targetOf', () => {
  it('tells replicas apart, and joins what befalls the same server', () => {
    const fault = { atEvent: 0, holdMs: 1, replica: 1 };
    expect(targetOf({ ...fault, kind: 'kill replica' })).toBe(targetOf({ ...fault, kind: 'delay replica' }));
    expect(targetOf({ ...fault, kind: 'kill replica' })).not.toBe(
      targetOf({ ...fault, kind: 'kill replica', replica: 2 }),
    );
    expect(targetOf({ ...fault, kind: 'kill stream' })).toBe(targetOf({ ...fault, kind: 'roll stream back' }));
  });
});
