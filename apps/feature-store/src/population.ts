import { emptyTile, mergeTile, type Day, type DayTile } from '@affinity/domain';
import type { TileReader } from '@affinity/profile-storage';
import { fromUnknown, type Component, type Logger } from '@affinity/service-kit';

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

  constructor(private readonly options: StoredPopulationOptions) {}

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
    const { store, partitions } = this.options;
    const owners = Array.from({ length: partitions }, (_, partition) => ({ kind: 'population', partition }) as const);
    const merged = emptyTile();
    let newest: Day | undefined;
    for (const owner of owners) {
      for (const { key, tile } of await store.readOwner(owner)) {
        mergeTile(merged, tile);
        newest = Math.max(newest ?? key.day, key.day);
      }
    }
    this.tile = merged;
    this.newestDay = newest;
  }
}
