import { isNoLater, markOfNothing, type Mark } from '@affinity/domain';
import type { CacheableTile } from '@affinity/hot-cache';

/** Whether a state at one mark is newer than one at another. */
export function isNewer(mark: Mark, than: Mark): boolean {
  return !isNoLater(mark, than);
}

/** The newest mark of any tile. */
export function newestMark(tiles: readonly CacheableTile[]): Mark {
  return tiles.reduce((newest, { mark }) => (isNewer(mark, newest) ? mark : newest), markOfNothing);
}

/** What tells the tiles of a user apart: day and region. */
export function tileSlot({ day, region }: CacheableTile): string {
  return `${day}#${region}`;
}
