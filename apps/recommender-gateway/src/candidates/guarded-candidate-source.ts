import type { CandidateList, CandidateQuery, CandidateSource, RankingQuery } from '@affinity/personalize';
import { fromUnknown } from '@affinity/service-kit';
import type { FairCircuit } from '../fair-circuit';
import type { GatewayMeter } from '../gateway-meter';
import type { CallLimits } from '../time-budget';
import type { Candidates } from './candidates';

/** What a model is asked. */
export type ModelQuestion = CandidateQuery['kind'] | 'ranking';

/** What guards the calls. */
export interface GuardedCandidateSourceOptions {
  readonly source: CandidateSource;
  /** The circuit of the campaign that answers such questions. */
  readonly circuitOf: (question: ModelQuestion) => FairCircuit;
  readonly meter: GatewayMeter;
}

/** A model whose calls are counted, cut at their limits, and refused at once while it is failing. */
export class GuardedCandidateSource implements Candidates {
  constructor(private readonly options: GuardedCandidateSourceOptions) {}

  /** See Candidates. */
  propose(query: CandidateQuery, limits: CallLimits): Promise<CandidateList> {
    const { source } = this.options;
    return this.guard(query.kind, limits, (signal) => source.propose(query, signal));
  }

  /** See Candidates. */
  rank(query: RankingQuery, limits: CallLimits): Promise<CandidateList> {
    const { source } = this.options;
    return this.guard('ranking', limits, (signal) => source.rank(query, signal));
  }

  private guard(
    question: ModelQuestion,
    limits: CallLimits,
    call: (signal: AbortSignal) => Promise<CandidateList>,
  ): Promise<CandidateList> {
    const { circuitOf, meter } = this.options;
    return circuitOf(question).run(limits, async (signal) => {
      const startedAt = performance.now();
      const tell = (outcome: string): void =>
        meter.askedModel(question, outcome, (performance.now() - startedAt) / 1_000);
      try {
        const list = await call(signal);
        tell('ok');
        return list;
      } catch (error) {
        tell(fromUnknown(error).code.toLowerCase());
        throw error;
      }
    });
  }
}
