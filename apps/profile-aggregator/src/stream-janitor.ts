import { purgeStream, type StreamLookup } from '@affinity/messaging';
import type { ReaderRegistry } from '@affinity/profile-storage';
import { fromUnknown, type Component, type Logger } from '@affinity/service-kit';
import type { JetStreamManager } from '@nats-io/jetstream';

/** What the janitor works with. */
export interface StreamJanitorOptions {
  readonly manager: JetStreamManager;
  readonly lookup: StreamLookup;
  readonly registry: ReaderRegistry;
  readonly logger: Logger;
  /** Whether this replica is the one that purges. */
  readonly isOnDuty: () => boolean;
  readonly everyMs: number;
  /** How long messages are kept after they were read, in milliseconds. */
  readonly keepForMs: number;
  readonly nowMs?: () => number;
}

/** Purges from time to time what every registered reader has read and what is old enough. */
export class StreamJanitor implements Component {
  readonly name = 'stream-janitor';
  private timer: NodeJS.Timeout | undefined;
  private purging: Promise<void> = Promise.resolve();

  constructor(private readonly options: StreamJanitorOptions) {}

  /** See Component. */
  start(): Promise<void> {
    this.timer = setInterval(() => {
      this.purging = this.purging.then(() => this.purge());
    }, this.options.everyMs);
    return Promise.resolve();
  }

  /** See Component. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.purging;
  }

  private async purge(): Promise<void> {
    const { registry, isOnDuty, keepForMs, nowMs = Date.now, logger } = this.options;
    if (!isOnDuty()) return;
    try {
      const checkpoint = await registry.lowestCheckpoint();
      if (checkpoint === undefined) return;
      const purged = await purgeStream(this.options, { checkpoint, keepAfterMs: nowMs() - keepForMs });
      if (purged > 0) logger.info({ purged, below: checkpoint.sequence }, 'purged what every reader has read');
    } catch (error) {
      logger.warn({ err: fromUnknown(error) }, 'the stream was not purged');
    }
  }
}
