import { MissingPart } from '@affinity/contracts';
import type { MergeWeights, PopularItem } from '@affinity/domain';
import { type Component, fromUnknown, type Logger, unavailable } from '@affinity/service-kit';
import type { AnswerParts } from '../answer-parts';
import type { BaseList } from '../ranking/base-list';

/** How popular items are, beside what the model says of them. */
export interface ItemPopularity {
  /** Undefined while it is not known. */
  current(): PopularItems | undefined;
}

/** The most popular items at one moment. */
export interface PopularItems {
  /** Most popular first. */
  readonly items: readonly PopularItem[];
  /** Undefined for items that are not among the most popular. */
  weightOf(itemId: string): number | undefined;
}

/** How popularity is read. */
export interface ReadPopularityOptions {
  /** The most popular items, most popular first. Bounds what is kept. */
  readonly fetchItems: () => Promise<readonly PopularItem[]>;
  readonly refreshMs: number;
  readonly logger: Logger;
}

/** The pause after a reading that failed, in milliseconds, unless readings are closer together. */
const retryPauseMs = 1_000;

/** What the feature store counts as popular, read again every `refreshMs`; while it is away the last reading is kept. */
export class ReadPopularity implements Component, ItemPopularity {
  readonly name = 'popularity';
  private read: PopularItems | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: ReadPopularityOptions) {}

  /** See Component. A feature store that is away is no reason not to start. */
  async start(): Promise<void> {
    await this.refresh();
  }

  /** See Component. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.reading;
  }

  /** See ItemPopularity. */
  current(): PopularItems | undefined {
    return this.read;
  }

  private async refresh(): Promise<void> {
    const { fetchItems, refreshMs, logger } = this.options;
    let pauseMs = refreshMs;
    try {
      this.read = popularItemsOf(await fetchItems());
    } catch (thrown) {
      logger.warn({ err: fromUnknown(thrown) }, 'the popular items were not read, keeping the last ones');
      pauseMs = Math.min(refreshMs, retryPauseMs);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.reading = this.refresh();
    }, pauseMs);
  }
}

/** Popular items as they are looked up. */
export function popularItemsOf(items: readonly PopularItem[]): PopularItems {
  const weights = new Map(items.map(({ itemId, weight }) => [itemId, weight]));
  return { items, weightOf: (itemId) => weights.get(itemId) };
}

/**
 * What counts in an answer beside the model's list; undefined where the list is of popular items itself, where popularity counts
 * nothing, or, noted as missing, where it is not known.
 */
export function countedPopularity(
  { kind }: Pick<BaseList, 'kind'>,
  { popularity, rules }: { readonly popularity: ItemPopularity; readonly rules: { readonly weights: MergeWeights } },
  parts: AnswerParts,
): PopularItems | undefined {
  if (kind === 'popularity' || rules.weights.popularity === 0) return undefined;
  const popular = popularity.current();
  if (popular === undefined) parts.miss(MissingPart.POPULARITY, unavailable('the popular items were not read yet'));
  return popular;
}
