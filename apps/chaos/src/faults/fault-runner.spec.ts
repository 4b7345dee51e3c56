import type { FaultKind, PlannedFault } from './fault-plan';
import { runFaults } from './fault-runner';

const never = new AbortController().signal;
const fault = (kind: FaultKind, atEvent = 0): PlannedFault => ({ kind, atEvent, holdMs: 1, replica: 0 });

/** Applies faults that last until they are let go. */
function setUp() {
  const begun: FaultKind[] = [];
  const ended: FaultKind[] = [];
  const held = new Map<FaultKind, () => void>();
  const waiting: { readonly kinds: number; readonly resolve: () => void }[] = [];
  const apply = ({ kind }: PlannedFault): Promise<string> => {
    begun.push(kind);
    for (const { kinds, resolve } of waiting) if (begun.length >= kinds) resolve();
    return new Promise((resolve) => held.set(kind, () => resolve('')));
  };
  const untilBegun = (kinds: number): Promise<void> =>
    begun.length >= kinds ? Promise.resolve() : new Promise((resolve) => waiting.push({ kinds, resolve }));
  const onApplied = (applied: { fault: PlannedFault }): void => void ended.push(applied.fault.kind);
  return { apply, onApplied, begun, ended, untilBegun, letGo: (kind: FaultKind) => held.get(kind)?.() };
}

describe('runFaults', () => {
  it('lets faults of different targets overlap, and none of the same', async () => {
    const { apply, onApplied, begun, ended, untilBegun, letGo } = setUp();
    const plan = [fault('kill stream'), fault('roll stream back'), fault('kill cache')];
    const running = runFaults(plan, { acknowledged: () => 1, apply, onApplied }, never);
    await untilBegun(2);
    expect(begun).toEqual(['kill stream', 'kill cache']);
    letGo('kill stream');
    await untilBegun(3);
    letGo('kill cache');
    letGo('roll stream back');
    await running;
    expect(ended).toEqual(expect.arrayContaining(['kill stream', 'kill cache', 'roll stream back']));
  });

  it('waits until enough events are acknowledged', async () => {
    let asked = 0;
    const acknowledged = (): number => (asked += 1);
    const begunAt: number[] = [];
    const apply = (): Promise<string> => {
      begunAt.push(asked);
      return Promise.resolve('');
    };
    await runFaults([fault('kill cache', 3)], { acknowledged, apply, onApplied: () => undefined }, never);
    expect(begunAt).toEqual([3]);
  });

  it('rejects at once when a fault cannot be applied, though later events never come', async () => {
    const apply = (): Promise<string> => Promise.reject(new Error('does not start again'));
    const plan = [fault('kill stream'), fault('kill cache', 10)];
    const running = runFaults(plan, { acknowledged: () => 1, apply, onApplied: () => undefined }, never);
    await expect(running).rejects.toThrow('does not start again');
  });
});
