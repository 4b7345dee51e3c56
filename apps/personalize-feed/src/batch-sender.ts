import type { DeadLetterStore } from '@affinity/messaging';
import type { EventTracker } from '@affinity/personalize';
import { type AffinityError, fromUnknown, retry } from '@affinity/service-kit';
import type { FeedMeter } from './feed-meter';
import type { SharedQuota } from './shared-quota';
import { type FedBatch, type FedEvent, toEventBatch } from './visitor-batches';

/** Name of this reader in checkpoints, leases and dead letters. */
export const readerName = 'personalize-feed';

/** What a sender works with. */
export interface BatchSenderOptions {
  readonly tracker: EventTracker;
  readonly quota: SharedQuota;
  readonly deadLetters: DeadLetterStore;
  readonly meter: FeedMeter;
}

/**
 * Sends batches until Personalize has taken each event, or has refused it as invalid; then it goes to the dead letters with
 * Personalize's reason. Everything else (throttling, failures, missing permissions) is repeated until it works.
 */
export class BatchSender {
  constructor(private readonly options: BatchSenderOptions) {}

  /** Resolves once every event of the batch is taken or a dead letter. Rejects only when the signal aborts. */
  async send(
    batch: FedBatch,
    { partition, signal }: { readonly partition: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const refusal = await this.track(batch, signal);
    if (refusal === undefined) {
      this.options.meter.sent(batch);
      return;
    }
    const [first, ...others] = batch;
    if (first !== undefined && others.length === 0) {
      await this.giveUp(first, { reason: refusal.message, partition, signal });
      return;
    }
    // One event that breaks a rule makes Personalize refuse its whole call: find it.
    for (const event of batch) await this.send([event], { partition, signal });
  }

  /** Stores a dead letter, however long that takes. */
  async giveUp({ message }: Pick<FedEvent, 'message'>, { reason, partition, signal }: GivingUp): Promise<void> {
    const { subject, position, data } = message;
    const letter = { reader: readerName, partition, reason, subject, position, data };
    await retry(() => this.options.deadLetters.store(letter), { attempts: Infinity, signal });
    this.options.meter.deadLettered();
  }

  /** The refusal, or undefined when the events were taken. */
  private async track(batch: FedBatch, signal: AbortSignal): Promise<AffinityError | undefined> {
    const call = async (): Promise<AffinityError | undefined> => {
      await this.options.quota.take(signal);
      const failure = await this.trackOnce(batch, signal);
      this.options.meter.called(failure);
      if (failure === undefined || failure.code === 'INVALID_ARGUMENT') return failure;
      throw failure;
    };
    const isRetryable = (): boolean => !signal.aborted;
    return retry(call, { attempts: Infinity, baseDelayMs: 100, maxDelayMs: 5_000, signal, isRetryable });
  }

  private async trackOnce(batch: FedBatch, signal: AbortSignal): Promise<AffinityError | undefined> {
    try {
      await this.options.tracker.track(toEventBatch(batch), signal);
      return undefined;
    } catch (error) {
      return fromUnknown(error);
    }
  }
}

interface GivingUp {
  readonly reason: string;
  readonly partition: number;
  readonly signal: AbortSignal;
}
