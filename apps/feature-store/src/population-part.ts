import { emptyTile, mergeTile, type Day, type DayTile } from '@affinity/domain';
import type { StoredTile, TileKey, TileReader } from '@affinity/profile-storage';

/**
 * One partition's part of the population, brought up to date by reading only what changed: first the heads of all its tiles,
 * then the tiles that are new or have another version. A day before the newest two that did not change between two readings is
 * merged for good and let go of, so that memory holds one tile and the few days that still change.
 */
export class PopulationPart {
  private settled = emptyTile();
  private readonly settledVersions = new Map<string, number>();
  private readonly changing = new Map<string, StoredTile>();
  private newest: Day | undefined;

  constructor(
    private readonly store: TileReader,
    private readonly partition: number,
  ) {}

  /** The newest day that holds any event; undefined while there is none. */
  get newestDay(): Day | undefined {
    return this.newest;
  }

  /** Adds everything that was read last to a tile. */
  mergeInto(target: DayTile): void {
    mergeTile(target, this.settled);
    for (const { tile } of this.changing.values()) mergeTile(target, tile);
  }

  /** Reads what changed. Rejects as the store does, and then still holds what it held. */
  async refresh(): Promise<void> {
    const owner = { kind: 'population', partition: this.partition } as const;
    const heads = await this.store.readOwner(owner, { dimensions: [] });
    const versions = new Map(heads.map(({ key, version }) => [idOf(key), version]));
    const intact = [...this.settledVersions].every(([id, version]) => versions.get(id) === version);
    const unread = heads.filter(({ key, version }) => !intact || !this.holds(idOf(key), version));
    const days = unread.map(({ key }) => key.day);
    const firstDay = days.reduce((least, day) => Math.min(least, day), Infinity);
    const lastDay = days.reduce((most, day) => Math.max(most, day), -Infinity);
    const read = unread.length === 0 ? [] : await this.store.readOwner(owner, { firstDay, lastDay });
    this.newest = heads.at(-1)?.key.day;
    if (!intact) this.forgetSettled();
    this.settle(versions);
    for (const tile of read) if (!this.settledVersions.has(idOf(tile.key))) this.changing.set(idOf(tile.key), tile);
  }

  private holds(id: string, version: number): boolean {
    return this.settledVersions.has(id) || this.changing.get(id)?.version === version;
  }

  private forgetSettled(): void {
    this.settled = emptyTile();
    this.settledVersions.clear();
    this.changing.clear();
  }

  /** Merges for good what is past and kept its version; drops what is gone from the store. */
  private settle(versions: ReadonlyMap<string, number>): void {
    for (const [id, { key, tile, version }] of this.changing) {
      const current = versions.get(id);
      if (current === undefined) this.changing.delete(id);
      if (current !== version || key.day >= (this.newest ?? Infinity) - 1) continue;
      this.changing.delete(id);
      mergeTile(this.settled, tile);
      this.settledVersions.set(id, version);
    }
  }
}

function idOf({ day, region }: TileKey): string {
  return `${day}#${region}`;
}
