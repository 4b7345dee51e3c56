import type { CandidateList, CandidateQuery, CandidateSource, RankingQuery } from '@affinity/personalize';
import { type CircuitBreaker, fromUnknown } from '@affinity/service-kit';
import type { GatewayMeter } from '../gateway-meter';

/** What guards the calls. */
export interface GuardedCandidateSourceOptions {
  readonly source: CandidateSource;
  readonly breaker: CircuitBreaker;
  readonly meter: GatewayMeter;
}

/** A source whose calls are counted, and refused at once while it is failing. */
export class GuardedCandidateSource implements CandidateSource {
  constructor(private readonly options: GuardedCandidateSourceOptions) {}

  /** See CandidateSource. UNAVAILABLE also while calls are paused. */
  propose(query: CandidateQuery, signal: AbortSignal): Promise<CandidateList> {
    return this.guard(query.kind, () => this.options.source.propose(query, signal));
  }

  /** See CandidateSource. UNAVAILABLE also while calls are paused. */
  rank(query: RankingQuery, signal: AbortSignal): Promise<CandidateList> {
    return this.guard('ranking', () => this.options.source.rank(query, signal));
  }

  private guard(operation: string, call: () => Promise<CandidateList>): Promise<CandidateList> {
    const { breaker, meter } = this.options;
    return breaker.run(async () => {
      const startedAt = performance.now();
      try {
        const list = await call();
        meter.askedModel(operation, 'ok', (performance.now() - startedAt) / 1_000);
        return list;
      } catch (error) {
        meter.askedModel(operation, fromUnknown(error).code.toLowerCase(), (performance.now() - startedAt) / 1_000);
        throw error;
      }
    });
  }
}
