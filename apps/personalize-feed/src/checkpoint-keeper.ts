import type { Mark } from '@affinity/domain';
import type { CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, retry } from '@affinity/service-kit';

/** Whose checkpoint. */
export interface CheckpointKeeperOptions {
  readonly store: CheckpointStore;
  readonly partition: number;
  /** A name that no other process bears. */
  readonly writer: string;
}

/** Keeps how far a partition was sent. */
export class CheckpointKeeper {
  private reached: Mark | undefined;
  private turn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: CheckpointKeeperOptions,
    private saved: Mark | undefined,
    private version: number,
  ) {}

  /** Reads the stored checkpoint, trying until the store answers or the signal aborts. */
  static async load(options: CheckpointKeeperOptions, signal: AbortSignal): Promise<CheckpointKeeper> {
    const stored = await retry(() => options.store.read(options.partition), { attempts: Infinity, signal });
    return new CheckpointKeeper(options, stored?.mark, stored?.version ?? 0);
  }

  /** The checkpoint as it is stored. */
  get stored(): Mark | undefined {
    return this.saved;
  }

  /** Up to where everything was sent, stored or not yet; undefined before the first. */
  get position(): Mark | undefined {
    return this.reached ?? this.saved;
  }

  /** Everything up to here was sent. */
  reach(mark: Mark): void {
    this.reached = mark;
  }

  /**
   * Stores how far it was sent, if that is news, after every save before it.
   * @throws AffinityError ABORTED when another replica wrote meanwhile
   */
  save(signal: AbortSignal): Promise<void> {
    this.turn = this.turn.catch(() => undefined).then(() => this.write(signal));
    return this.turn;
  }

  private async write(signal: AbortSignal): Promise<void> {
    const mark = this.reached;
    if (mark === undefined || mark === this.saved) return;
    const { store, partition, writer } = this.options;
    const checkpoint = { mark, version: this.version + 1, writer };
    const written = await retry(() => store.write(partition, checkpoint, this.version), { attempts: Infinity, signal });
    if (!written)
      throw new AffinityError('ABORTED', `another replica feeds partition ${partition}`, { retryable: true });
    this.saved = mark;
    this.version += 1;
  }
}
