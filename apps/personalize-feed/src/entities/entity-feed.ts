import type { KeyPage, ProgressStore, TableChange, TableChanges } from '@affinity/profile-storage';
import { type AffinityError, fromUnknown, type Logger, retry } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntitySender } from './entity-sender';
import { FeedProgressKeeper, type FeedProgress } from './feed-progress';

/** What the changes of a table are fed with. */
export interface EntityFeedOptions {
  /** A reader of its own for each session: it remembers where it stands. */
  readonly openChanges: () => TableChanges;
  readonly scan: (after: string | undefined) => Promise<KeyPage>;
  readonly progress: ProgressStore;
  readonly sender: Pick<EntitySender, 'send'>;
  /** Milliseconds between looks for changes. */
  readonly pollMs: number;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

const restartPauseMs = 500;
/** How far the clocks of this process and of the table may be apart. */
const clockMarginMs = 60_000;

/**
 * Feeds the changes of one table for as long as its lease is held.
 *
 * N1 A change is a notice: what is sent is what is stored when it is sent, so that sending again does no harm.
 * N2 The progress moves only past changes whose entities are taken, refused or gone. So a crash loses nothing.
 * N3 Where changes are lost (nothing was sent yet, or nobody read them for as long as they are kept), everything that is
 *    stored is sent; changes come first meanwhile.
 * N4 One thing at a time: no older state of an entity is under way beside a newer one.
 */
export class EntityFeed {
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;
  private oldestMs: number | undefined;

  constructor(private readonly options: EntityFeedOptions) {
    this.done = this.run();
  }

  /** When the oldest change that was met and is not yet sent happened, in epoch milliseconds; undefined: all are sent. */
  get oldestUnsentAtMs(): number | undefined {
    return this.oldestMs;
  }

  /** Ends at once; what is not saved will be sent again (N1). */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.live(signal);
      } catch (error) {
        await this.pauseAfter(fromUnknown(error));
      } finally {
        this.oldestMs = undefined;
      }
    }
  }

  private async pauseAfter(error: AffinityError): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    this.options.logger.warn({ err: error }, 'starting again from the last progress');
    await delay(restartPauseMs, undefined, { signal }).catch(() => undefined);
  }

  private async live(signal: AbortSignal): Promise<void> {
    const keeper = await FeedProgressKeeper.load(this.options.progress, randomUUID(), signal);
    const changes = this.options.openChanges();
    while (!signal.aborted) {
      const progress = keeper.stored ?? (await this.beginAnew(changes));
      const { next, worked } = await this.step(progress, changes, signal);
      await keeper.save(next, signal); // N2
      if (!worked) await delay(this.options.pollMs, undefined, { signal });
    }
  }

  /** N3 */
  private async beginAnew(changes: TableChanges): Promise<FeedProgress> {
    this.options.logger.info('sending everything that is stored');
    // The cursor first: what changes during the scan is read after it.
    const cursor = await changes.begin();
    return { cursor, scan: {}, scanFromMs: this.options.nowMs() };
  }

  private async step(progress: FeedProgress, changes: TableChanges, signal: AbortSignal): Promise<Step> {
    const read = await retry(() => changes.read(progress.cursor), { attempts: Infinity, signal });
    if (read.kind === 'lost') return { next: await this.beginAnew(changes), worked: true };
    const fresh = read.changes.filter(({ atMs }) => atMs >= progress.scanFromMs - clockMarginMs);
    this.oldestMs = oldestOf(fresh) ?? (progress.scan === undefined ? undefined : progress.scanFromMs);
    if (fresh.length > 0) {
      await this.options.sender.send(
        fresh.map(({ key }) => key),
        signal,
      );
    }
    const next = { ...progress, cursor: read.cursor };
    if (progress.scan === undefined || read.changes.length > 0) return { next, worked: read.changes.length > 0 };
    return { next: await this.scanOn(next, signal), worked: true };
  }

  private async scanOn({ scan, ...rest }: FeedProgress, signal: AbortSignal): Promise<FeedProgress> {
    const page = await retry(() => this.options.scan(scan?.after), { attempts: Infinity, signal });
    await this.options.sender.send(page.keys, signal);
    return page.next === undefined ? rest : { ...rest, scan: { after: page.next } };
  }
}

interface Step {
  readonly next: FeedProgress;
  /** Whether there was anything to send: there may be more. */
  readonly worked: boolean;
}

function oldestOf(changes: readonly TableChange[]): number | undefined {
  return changes.reduce<number | undefined>(
    (oldest, { atMs }) => (oldest === undefined || atMs < oldest ? atMs : oldest),
    undefined,
  );
}
