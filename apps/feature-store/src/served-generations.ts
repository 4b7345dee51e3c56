import type { GenerationSet } from '@affinity/profile-storage';
import type { Component, Logger } from '@affinity/service-kit';
import type { ServedGeneration } from './served-generation';

/** How generations are opened. */
export interface ServedGenerationsOptions {
  readonly logger: Logger;
  /** Opens the generation that a set serves. */
  readonly open: (set: GenerationSet) => Promise<ServedGeneration>;
  /** Milliseconds for which a generation that serves no more is kept for the answers under way. */
  readonly retireAfterMs: number;
}

/**
 * The generation that is served.
 *
 * V1. There is always one: the next is opened whole before it takes the place of the last, in one assignment.
 * V2. An answer that began with the last one ends with it: that stays open for `retireAfterMs`.
 */
export class ServedGenerations implements Component {
  readonly name = 'generations';
  private serving: ServedGeneration | undefined;
  private readonly retired = new Map<ServedGeneration, NodeJS.Timeout>();

  constructor(
    private readonly first: GenerationSet,
    private readonly options: ServedGenerationsOptions,
  ) {}

  /** What is served now. Throws before the start. */
  get current(): ServedGeneration {
    if (this.serving === undefined) throw new Error('no generation is open yet');
    return this.serving;
  }

  /** See Component. */
  async start(): Promise<void> {
    this.serving = await this.options.open(this.first);
  }

  /** See Component. */
  async stop(): Promise<void> {
    for (const timer of this.retired.values()) clearTimeout(timer);
    const open = [...this.retired.keys(), ...(this.serving === undefined ? [] : [this.serving])];
    await Promise.all(open.map((generation) => generation.close()));
  }

  /** Serves what the set says. Rejects when that cannot be opened; then the last one serves on. */
  async follow(set: GenerationSet): Promise<void> {
    const last = this.current;
    if (set.serving === last.number) return;
    this.serving = await this.options.open(set); // V1
    this.options.logger.info({ from: last.number, to: set.serving }, 'serving another generation');
    this.retire(last);
  }

  private retire(generation: ServedGeneration): void {
    const close = (): void => {
      this.retired.delete(generation);
      void generation.close();
    };
    this.retired.set(generation, setTimeout(close, this.options.retireAfterMs)); // V2
  }
}
