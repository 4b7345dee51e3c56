import { emptyTile, type Day, type DayTile } from '@affinity/domain';
import type { TileReader } from '@affinity/profile-storage';
import { fromUnknown, type Component, type Logger } from '@affinity/service-kit';
import { PopulationPart } from './population-part';

/** What everybody does: the prior of all preferences. */
export interface Population {
  /** All days of all partitions in one tile; empty until it was read for the first time. Not to be changed. */
  readonly tile: DayTile;
  /** The newest day that holds any event; undefined while there is none. */
  readonly newestDay: Day | undefined;
}

/** Where the population is read from. */
export interface StoredPopulationOptions {
  readonly store: TileReader;
  readonly partitions: number;
  readonly refreshMs: number;
  readonly logger: Logger;
}

/** The population as it is stored, read again every `refreshMs`; while the store is away the last one is kept. */
export class StoredPopulation implements Component, Population {
  readonly name = 'population';
  tile: DayTile = emptyTile();
  newestDay: Day | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private stopped = false;
  private readonly parts: readonly PopulationPart[];

  constructor(private readonly options: StoredPopulationOptions) {
    const { store, partitions } = options;
    this.parts = Array.from({ length: partitions }, (_, partition) => new PopulationPart(store, partition));
  }

  /** See Component. A store that is away is no reason not to start. */
  async start(): Promise<void> {
    await this.refresh();
  }

  /** See Component. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.reading;
  }

  private async refresh(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.options.logger.warn({ err: fromUnknown(error) }, 'the population was not read, keeping the last one');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.reading = this.refresh();
    }, this.options.refreshMs);
  }

  private async read(): Promise<void> {
    const merged = emptyTile();
    let newest: Day | undefined;
    for (const part of this.parts) {
      await part.refresh();
      part.mergeInto(merged);
      if (part.newestDay !== undefined) newest = Math.max(newest ?? part.newestDay, part.newestDay);
    }
    this.tile = merged;
    this.newestDay = newest;
  }
}
