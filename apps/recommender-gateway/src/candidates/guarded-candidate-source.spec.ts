import { unavailable } from '@affinity/service-kit';
import { FairCircuit } from '../fair-circuit';
import { GuardedCandidateSource, type ModelQuestion } from './guarded-candidate-source';

const limits = () => ({ deadlineAt: Date.now() + 60_000, signal: new AbortController().signal });

function setUp() {
  const circuits = new Map<string, FairCircuit>();
  const asked = { propose: 0, rank: 0 };
  const outcomes: string[] = [];
  const circuitOf = (question: ModelQuestion): FairCircuit => {
    const circuit =
      circuits.get(question) ?? new FairCircuit({ name: question, fairWaitMs: 0, onChange: () => undefined });
    circuits.set(question, circuit);
    return circuit;
  };
  const guarded = new GuardedCandidateSource({
    source: {
      propose: () => {
        asked.propose += 1;
        return Promise.resolve({ candidates: [{ itemId: 'a' }] });
      },
      rank: () => {
        asked.rank += 1;
        return Promise.reject(unavailable('away'));
      },
    },
    circuitOf,
    meter: {
      askedModel: (question, outcome) => outcomes.push(`${question} ${outcome}`),
      missed: () => undefined,
      answered: () => undefined,
    },
  });
  return { guarded, asked, outcomes };
}

describe('GuardedCandidateSource', () => {
  it('asks a campaign that fails no more for a while, and goes on asking the others', async () => {
    const { guarded, asked } = setUp();
    const rank = () => guarded.rank({ visitorId: 'v', itemIds: ['a'] }, limits()).catch(() => undefined);
    for (let i = 0; i < 30; i += 1) await rank();
    expect(asked.rank).toBeLessThan(30);
    const query = { kind: 'visitor', visitorId: 'v', count: 1 } as const;
    expect(await guarded.propose(query, limits())).toEqual({ candidates: [{ itemId: 'a' }] });
  });

  it('counts each call that was made, with its outcome', async () => {
    const { guarded, outcomes } = setUp();
    await guarded.propose({ kind: 'related', visitorId: 'v', itemId: 'a', count: 1 }, limits());
    await guarded.rank({ visitorId: 'v', itemIds: ['a'] }, limits()).catch(() => undefined);
    expect(outcomes).toEqual(['related ok', 'ranking unavailable']);
  });
});
