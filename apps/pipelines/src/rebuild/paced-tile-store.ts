import type { StoredTile, TileKey, TileOwner, TileStore, TileWrite, TileWriteResult } from '@affinity/profile-storage';
import { fromUnknown, type Clock } from '@affinity/service-kit';
import type { Mark } from '@affinity/domain';

/** How fast writes may go. */
export interface Pace {
  /** The most writes a second. */
  readonly writesPerSecond: number;
  readonly clock: Clock;
}

/** Writes that go together: as many as the store takes in one request, so that pacing does not tear its batches apart. */
const writesPerSlot = 25;
const leastWritesPerSecond = 5;
/** What a refusal leaves of the rate, and what a success adds as a share of the limit. */
const decrease = 0.5;
const increase = 0.001;

/**
 * A tile store whose writes are spread over time. When the store throttles or is away the rate falls by half, and it rises
 * again little by little with each write that succeeds, so that what else uses the store keeps its share.
 * Source: Chiu, Jain (1989), additive increase and multiplicative decrease.
 */
export class PacedTileStore implements TileStore {
  private rate: number;
  private slotAt = 0;
  private leftInSlot = 0;
  private loweredAt = 0;
  private succeeded = 0;

  constructor(
    private readonly inner: TileStore,
    private readonly pace: Pace,
  ) {
    this.rate = pace.writesPerSecond;
  }

  /** Writes a second that are allowed now. */
  get writesPerSecond(): number {
    return this.rate;
  }

  /** Writes that took place or were refused as conflicting. */
  get writes(): number {
    return this.succeeded;
  }

  /** See TileStore. */
  read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]> {
    return this.inner.read(keys);
  }

  /** See TileStore. */
  async write(write: TileWrite): Promise<TileWriteResult> {
    const asCalled = { ...write, changed: structuredClone(write.changed) };
    await this.turn();
    try {
      const result = await this.inner.write(asCalled);
      this.succeeded += 1;
      this.rate = Math.min(this.pace.writesPerSecond, this.rate + this.pace.writesPerSecond * increase);
      return result;
    } catch (error) {
      const { code } = fromUnknown(error);
      if (code === 'RESOURCE_EXHAUSTED' || code === 'UNAVAILABLE') this.slowDown();
      throw error;
    }
  }

  /** See TileStore. */
  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    return this.inner.eraseOwner(owner, upTo);
  }

  private async turn(): Promise<void> {
    const now = this.pace.clock.now();
    if (this.leftInSlot === 0) {
      this.slotAt = Math.max(now, this.slotAt + (writesPerSlot * 1_000) / this.rate);
      this.leftInSlot = writesPerSlot;
    }
    this.leftInSlot -= 1;
    const waitMs = this.slotAt - now;
    if (waitMs > 0) await this.pace.clock.sleep(waitMs);
  }

  /** Once for all writes that failed together. */
  private slowDown(): void {
    const now = this.pace.clock.now();
    if (now - this.loweredAt < 1_000) return;
    this.loweredAt = now;
    this.rate = Math.max(leastWritesPerSecond, this.rate * decrease);
  }
}
