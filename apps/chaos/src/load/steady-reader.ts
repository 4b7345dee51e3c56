import { AnswerSource, type ProfileServiceClient } from '@affinity/contracts';
import { callSteadily, fromUnknown, type GrpcClient } from '@affinity/service-kit';
import { userIdOf } from './chaos-event';

/** The one call of the feature store that a run uses; without retries, so that every failure shows. */
export type ProfileClient = Pick<GrpcClient<typeof ProfileServiceClient.service>, 'getProfile'>;

/** What to read, and how often. */
export interface SteadyReaderOptions {
  readonly client: ProfileClient;
  readonly users: number;
  readonly readsPerSecond: number;
  /** Numbers in [0, 1) that decide whose profile is read. */
  readonly random: () => number;
}

/** How reading went. */
export interface ReadCounts {
  readonly answered: number;
  readonly stale: number;
  readonly failed: number;
  /** Answers by where they came from. */
  readonly bySource: ReadonlyMap<AnswerSource, number>;
  /** Milliseconds of each answer. */
  readonly latenciesMs: readonly number[];
  /** The first failures, in words. */
  readonly failures: readonly string[];
}

/** How long a read may take: it bounds a hang, it is no goal. */
const deadlineMs = 10_000;
const keptFailures = 10;

/** Reads random users' profiles at a steady rate, whether or not earlier reads were answered. */
export class SteadyReader {
  private readonly latenciesMs: number[] = [];
  private readonly failures: string[] = [];
  private readonly bySource = new Map<AnswerSource, number>();
  private stale = 0;
  private failed = 0;

  constructor(private readonly options: SteadyReaderOptions) {}

  /** How reading went so far. */
  get counts(): ReadCounts {
    const { latenciesMs, stale, failed, bySource, failures } = this;
    return { answered: latenciesMs.length, stale, failed, bySource, latenciesMs, failures };
  }

  /** Reads until the signal aborts, and then resolves when every read was answered or has failed. */
  async run(signal: AbortSignal): Promise<void> {
    await callSteadily(() => this.read(), { perSecond: this.options.readsPerSecond, signal });
  }

  private async read(): Promise<void> {
    const { client, users, random } = this.options;
    const value = userIdOf(Math.floor(random() * users));
    const startedAtMs = performance.now();
    try {
      const { info } = await client.getProfile(
        { profile: { key: { $case: 'userId', value } } },
        { timeoutMs: deadlineMs },
      );
      this.latenciesMs.push(performance.now() - startedAtMs);
      if (info?.stale === true) this.stale += 1;
      const source = info?.source ?? AnswerSource.UNSPECIFIED;
      this.bySource.set(source, (this.bySource.get(source) ?? 0) + 1);
    } catch (thrown) {
      const { code, message } = fromUnknown(thrown);
      this.failed += 1;
      const tookMs = Math.round(performance.now() - startedAtMs);
      if (this.failures.length < keptFailures) this.failures.push(`${value} after ${tookMs} ms: ${code}: ${message}`);
    }
  }
}
