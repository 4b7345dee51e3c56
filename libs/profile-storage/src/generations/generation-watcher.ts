import { fromUnknown, type Component, type Logger } from '@affinity/service-kit';
import type { GenerationSet } from './generation-set';
import type { GenerationStore } from './generation-store';

/** What is watched, and who is told. */
export interface GenerationWatcherOptions {
  readonly store: GenerationStore;
  readonly logger: Logger;
  /** The set that the listener knows already. */
  readonly known: GenerationSet;
  /** Milliseconds between looks. */
  readonly everyMs: number;
  /** Told of each set that differs from the one before, one after the other; told again after it throws. */
  readonly onChange: (set: GenerationSet) => Promise<void>;
}

/** Looks at the set of generations from time to time. While the store is away, the last set stands. */
export class GenerationWatcher implements Component {
  readonly name = 'generation-watcher';
  private known: string;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: GenerationWatcherOptions) {
    this.known = JSON.stringify(options.known);
  }

  /** See Component. */
  start(): Promise<void> {
    this.schedule();
    return Promise.resolve();
  }

  /** See Component. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => this.schedule());
    }, this.options.everyMs);
  }

  private async look(): Promise<void> {
    const { store, onChange, logger } = this.options;
    try {
      const set = await store.read();
      const text = JSON.stringify(set);
      if (text === this.known) return;
      await onChange(set);
      this.known = text;
    } catch (error) {
      logger.warn({ err: fromUnknown(error) }, 'the set of generations was not followed, looking again');
    }
  }
}
