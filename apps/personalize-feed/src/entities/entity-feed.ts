import type { KeyPage, ProgressStore, ReadChanges, TableChange, TableChanges } from '@affinity/profile-storage';
import { type AffinityError, fromUnknown, type Logger, retry } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EntityLetters } from './entity-letters';
import type { EntitySender } from './entity-sender';
import { FeedProgressKeeper, type FeedProgress } from './feed-progress';

/** What the changes of a table are fed with. */
export interface EntityFeedOptions {
  /** A reader of its own for each session: it remembers where it stands. */
  readonly openChanges: () => TableChanges;
  readonly scan: (after: string | undefined) => Promise<KeyPage>;
  readonly progress: ProgressStore;
  readonly sender: Pick<EntitySender, 'send'>;
  /** Letters of its own for each feed: whoever holds the lease takes them back. */
  readonly openLetters: () => EntityLetters;
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
 * N2 The progress moves only past changes whose entities are taken, gone, or refused and a dead letter. So a crash loses
 *    nothing; it may make a second letter of a refusal.
 * N3 Where changes are lost (nothing was sent yet, nobody read them for as long as they are kept, or the stream was turned
 *    off), everything that is stored is sent; changes come first meanwhile.
 * N4 One thing at a time: no older state of an entity is under way beside a newer one. Dead letters that an operator
 *    wants to be tried again come between other things.
 */
export class EntityFeed {
  private readonly stopping = new AbortController();
  private readonly letters: EntityLetters;
  private readonly done: Promise<void>;
  private oldestMs: number | undefined;

  constructor(private readonly options: EntityFeedOptions) {
    this.letters = options.openLetters();
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
    this.letters.replays.close();
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
      await this.replayLetters(signal); // N4
      const progress = keeper.stored ?? (await this.beginAnew(changes, 'nothing was sent yet'));
      const { next, worked } = await this.step(progress, changes, signal);
      await keeper.save(next, signal); // N2
      if (!worked) await this.letters.replays.arrival(this.options.pollMs, signal);
    }
  }

  /** N3 */
  private async beginAnew(changes: TableChanges, reason: string): Promise<FeedProgress> {
    this.options.logger.info({ reason }, 'sending everything that is stored');
    // The cursor first: what changes during the scan is read after it.
    const cursor = await changes.begin();
    return { cursor, scan: {}, scanFromMs: this.options.nowMs() };
  }

  private async step(progress: FeedProgress, changes: TableChanges, signal: AbortSignal): Promise<Step> {
    const read = await retry(() => changes.read(progress.cursor), { attempts: Infinity, signal });
    if (read.kind === 'lost') return { next: await this.beginAnew(changes, 'changes were lost'), worked: true };
    if (await this.isReplaced(read, changes)) {
      return { next: await this.beginAnew(changes, 'the change stream is another one'), worked: true };
    }
    const fresh = read.changes.filter(({ atMs }) => atMs >= progress.scanFromMs - clockMarginMs);
    this.oldestMs = oldestOf(fresh) ?? (progress.scan === undefined ? undefined : progress.scanFromMs);
    if (fresh.length > 0) {
      await this.send(
        fresh.map(({ key }) => key),
        signal,
      );
    }
    const next = { ...progress, cursor: read.cursor };
    if (progress.scan === undefined || read.changes.length > 0) return { next, worked: read.changes.length > 0 };
    return { next: await this.scanOn(next, signal), worked: true };
  }

  /** A stream that is on has an open shard. One that was turned off can still be read, and would stay silent for ever (N3). */
  private async isReplaced({ changes: met, cursor }: ReadPage, changes: TableChanges): Promise<boolean> {
    const isOpen = Object.values(cursor.shards).some((reached) => !('done' in reached));
    if (met.length > 0 || isOpen) return false;
    return (await changes.begin()).streamArn !== cursor.streamArn;
  }

  private async scanOn({ scan, ...rest }: FeedProgress, signal: AbortSignal): Promise<FeedProgress> {
    const page = await retry(() => this.options.scan(scan?.after), { attempts: Infinity, signal });
    await this.send(page.keys, signal);
    return page.next === undefined ? rest : { ...rest, scan: { after: page.next } };
  }

  private async send(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const refusals = await this.options.sender.send(ids, signal);
    for (const refusal of refusals) await this.letters.store(refusal, signal); // N2
  }

  /** What is refused again stays a letter: the operator is told why. */
  private async replayLetters(signal: AbortSignal): Promise<void> {
    const { replays } = this.letters;
    for (let request = replays.next(); request !== undefined; request = replays.next()) {
      const id = this.letters.idOf(request.data);
      if (id === undefined) request.answer('it names no such entity');
      else request.answer((await this.options.sender.send([id], signal))[0]?.reason);
    }
  }
}

type ReadPage = Extract<ReadChanges, { readonly kind: 'changes' }>;

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
