import type { Mark } from '@affinity/domain';
import { unavailable } from '@affinity/service-kit';
import type { InMemoryTileStore } from '../in-memory-stores';
import type { StoredTile, TileOwner, TileStore, TileWrite, TileWriteResult } from '../tile-store';

/** What becomes of a write: its caller hears of it only when it is done; `late` ones arrive when told. */
export type WriteFate = 'done' | 'failed' | 'unheard' | 'late';

/** A store whose next writes meet the given fates. */
export class FaultyTileStore implements TileStore {
  readonly fates: WriteFate[] = [];
  private late: (() => Promise<unknown>)[] = [];

  constructor(private readonly inner: InMemoryTileStore) {}

  read(keys: Parameters<TileStore['read']>[0]): Promise<readonly (StoredTile | undefined)[]> {
    return this.inner.read(keys);
  }

  async write(write: TileWrite): Promise<TileWriteResult> {
    // The request is on its way with the bytes that it had when it was sent.
    const changed = new Map([...write.changed].map(([name, state]) => [name, structuredClone(state)]));
    const send = (): Promise<TileWriteResult> => this.inner.write({ ...write, changed });
    switch (this.fates.shift() ?? 'done') {
      case 'done':
        return send();
      case 'failed':
        throw unavailable('refused');
      case 'unheard':
        await send();
        throw unavailable('no answer');
      case 'late':
        this.late.push(send);
        throw unavailable('no answer yet');
    }
  }

  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    return this.inner.eraseOwner(owner, upTo);
  }

  async arrive(): Promise<void> {
    const arriving = this.late;
    this.late = [];
    for (const send of arriving) await send();
  }
}
