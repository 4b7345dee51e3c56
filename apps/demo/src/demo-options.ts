/** What a demo replays and where. */
export interface DemoOptions {
  /** A data set folder; without it a marketplace is generated. */
  readonly dataDir?: string;
  /** The marketplace to generate. */
  readonly marketplace: {
    readonly seed: number;
    readonly items: number;
    readonly users: number;
    readonly events: number;
  };
}

/** A marketplace that is replayed in about a minute on two cores. */
export const defaultMarketplace = { seed: 20_260_101, items: 20_000, users: 2_000, events: 40_000 } as const;
