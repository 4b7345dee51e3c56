import { fromUnknown } from '@affinity/service-kit';
import { FairCircuit } from './fair-circuit';

const never = (): Promise<never> => new Promise(() => undefined);
const limitsOf = (ms: number) => ({ deadlineAt: Date.now() + ms, signal: new AbortController().signal });

function setUp() {
  const states: string[] = [];
  const circuit = new FairCircuit({ name: 'model', fairWaitMs: 30, onChange: (state) => states.push(state) });
  const cutAfter = (ms: number): Promise<unknown> =>
    circuit.run(limitsOf(ms), never).catch((error: unknown) => fromUnknown(error).code);
  return { circuit, states, cutAfter };
}

describe('FairCircuit', () => {
  it('stays closed when callers gave too little time, and says that time was up', async () => {
    const { states, cutAfter } = setUp();
    const ends = await Promise.all(Array.from({ length: 30 }, () => cutAfter(2)));
    expect(new Set(ends)).toEqual(new Set(['DEADLINE_EXCEEDED']));
    expect(states).toEqual([]);
  });

  it('opens when calls with enough time are not answered, and refuses the next', async () => {
    const { circuit, states, cutAfter } = setUp();
    await Promise.all(Array.from({ length: 30 }, () => cutAfter(60)));
    expect(states).toEqual(['open']);
    const refused = circuit.run(limitsOf(1_000), () => Promise.resolve(1));
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gives the answer of a call that is in time', async () => {
    const { circuit } = setUp();
    await expect(circuit.run(limitsOf(5_000), () => Promise.resolve(1))).resolves.toBe(1);
  });
});
