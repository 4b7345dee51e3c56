import type { ChangeCursor, ProgressStore } from '@affinity/profile-storage';
import { AffinityError, retry } from '@affinity/service-kit';

/** How far the changes of a table were sent. */
export interface FeedProgress {
  readonly cursor: ChangeCursor;
  /** Everything that is stored is being sent, because changes were lost or nothing had been sent yet. `after`: up to here. */
  readonly scan?: { readonly after?: string };
  /** When that began, in epoch milliseconds: the scan meets what changed before. */
  readonly scanFromMs: number;
}

/** Keeps how far the changes of a table were sent; one session at a time may write. */
export class FeedProgressKeeper {
  private constructor(
    private readonly store: ProgressStore,
    private readonly writer: string,
    private progress: FeedProgress | undefined,
    private version: number,
  ) {}

  /** Reads what is stored, trying until the store answers or the signal aborts. */
  static async load(store: ProgressStore, writer: string, signal: AbortSignal): Promise<FeedProgressKeeper> {
    const stored = await retry(() => store.read(), { attempts: Infinity, signal });
    const progress = isProgress(stored?.document) ? stored.document : undefined;
    return new FeedProgressKeeper(store, writer, progress, stored?.version ?? 0);
  }

  /** As it is stored; undefined when nothing was sent yet. */
  get stored(): FeedProgress | undefined {
    return this.progress;
  }

  /**
   * Stores it unless it is no news.
   * @throws AffinityError ABORTED when another replica wrote meanwhile
   */
  async save(progress: FeedProgress, signal: AbortSignal): Promise<void> {
    if (JSON.stringify(progress) === JSON.stringify(this.progress)) return;
    const next = { document: progress, version: this.version + 1 };
    const written = await retry(() => this.store.write(next, this.writer), { attempts: Infinity, signal });
    if (!written) throw new AffinityError('ABORTED', 'another replica sends these changes', { retryable: true });
    this.version = next.version;
    this.progress = progress;
  }
}

function isProgress(document: unknown): document is FeedProgress {
  return typeof document === 'object' && document !== null && 'cursor' in document && 'scanFromMs' in document;
}
