import { IngestServiceClient, ProfileServiceClient } from '@affinity/contracts';
import { eventOfInteraction, publishUntilStored, type DatasetInteraction } from '@affinity/datasets';
import { callSteadily, createGrpcClient, fromUnknown, TokenBucket } from '@affinity/service-kit';

/** What traffic consists of and where it goes. */
export interface TrafficOptions {
  readonly interactions: readonly DatasetInteraction[];
  /** Events a second. */
  readonly rate: number;
  /** Reads of a visitor's profile a second; 0 for none. */
  readonly readsPerSecond: number;
  /** `host:port` or a name that gRPC resolves. */
  readonly ingestAddress: string;
  readonly featureStoreAddress: string;
}

/** What came of it so far. */
export interface TrafficCounts {
  /** Interactions that were acknowledged: the first so many. */
  readonly acknowledged: number;
  /** Calls to ingest that had to be repeated. */
  readonly retries: number;
  readonly reads: number;
  readonly failedReads: number;
  /** The first failures, in words. */
  readonly failures: readonly string[];
}

const batchSize = 20;
const deadlineMs = 10_000;
const keptFailures = 5;

/**
 * Publishes interactions in their order at a steady rate, and reads profiles all the while, as clients/node does: what fails
 * then counts. `signal` ends it after the batch at hand.
 */
export class Traffic {
  private acknowledged = 0;
  private retries = 0;
  private reads = 0;
  private readonly failures: string[] = [];
  private failedReads = 0;

  constructor(private readonly options: TrafficOptions) {}

  /** What came of it so far. */
  get counts(): TrafficCounts {
    const { acknowledged, retries, reads, failedReads, failures } = this;
    return { acknowledged, retries, reads, failedReads, failures };
  }

  /** Resolves when all is published and read, or the signal has ended it. Rejects when an event is refused for good. */
  async run(signal: AbortSignal): Promise<void> {
    const published = new AbortController();
    const reading = this.readSteadily(AbortSignal.any([signal, published.signal]));
    try {
      await this.publishSteadily(signal);
    } finally {
      published.abort();
      await reading;
    }
  }

  private async publishSteadily(signal: AbortSignal): Promise<void> {
    const { interactions, rate, ingestAddress } = this.options;
    const client = createGrpcClient(IngestServiceClient, { address: ingestAddress, defaultDeadlineMs: deadlineMs });
    const pace = new TokenBucket({ ratePerSecond: rate, burst: Math.max(rate, batchSize) });
    // A batch that was begun is sent until it is acknowledged: whoever stops must know what was stored.
    const never = new AbortController().signal;
    try {
      for (let next = 0; next < interactions.length && !signal.aborted; next += batchSize) {
        const batch = interactions.slice(next, next + batchSize);
        await pace.take(batch.length, never);
        this.retries += (await publishUntilStored(client, batch.map(eventOfInteraction), never)).retries;
        this.acknowledged += batch.length;
      }
    } finally {
      client.close();
    }
  }

  private async readSteadily(signal: AbortSignal): Promise<void> {
    const { readsPerSecond, featureStoreAddress, interactions } = this.options;
    if (readsPerSecond === 0) return;
    const client = createGrpcClient(ProfileServiceClient, {
      address: featureStoreAddress,
      defaultDeadlineMs: deadlineMs,
      // As clients/node does: a connection that is closed under a call costs a second try, not an answer.
      retry: { idempotent: ['getProfile'] },
    });
    const users = [...new Set(interactions.map(({ userId }) => userId))].filter((userId) => userId !== '');
    const read = async (n: number): Promise<void> => {
      const value = users[n % users.length] ?? '';
      try {
        await client.getProfile({ profile: { key: { $case: 'userId', value } } });
        this.reads += 1;
      } catch (error) {
        this.readFailed(value, error);
      }
    };
    await callSteadily(read, { perSecond: readsPerSecond, signal });
    client.close();
  }

  private readFailed(userId: string, thrown: unknown): void {
    const { code, message } = fromUnknown(thrown);
    this.failedReads += 1;
    if (this.failures.length < keptFailures) this.failures.push(`${userId}: ${code}: ${message}`);
  }
}
