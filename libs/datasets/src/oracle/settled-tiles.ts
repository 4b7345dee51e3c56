import type { DayTile } from '@affinity/domain';
import { settledCount, type SettledCountOptions } from './settled-count';

/** Which tiles are looked at, and when they have settled. */
export interface SettledTilesOptions<Stored> extends Pick<SettledCountOptions<unknown>, 'expected' | 'patienceMs'> {
  /** Every tile that is stored, anew at each look. */
  readonly scan: () => AsyncIterable<Stored>;
  /** Default: all. */
  readonly isWanted?: (tile: Stored) => boolean;
}

/** Waits until the tiles have counted as many events as expected, or count no more. Gives them. */
export function settledTiles<Stored extends { readonly tile: DayTile }>({
  scan,
  isWanted = () => true,
  ...options
}: SettledTilesOptions<Stored>): Promise<readonly Stored[]> {
  const takeStock = async (): Promise<readonly Stored[]> => {
    const tiles: Stored[] = [];
    for await (const tile of scan()) if (isWanted(tile)) tiles.push(tile);
    return tiles;
  };
  return settledCount(takeStock, { ...options, countOf: countedEvents });
}

function countedEvents(tiles: readonly { readonly tile: DayTile }[]): number {
  return tiles.reduce((sum, { tile }) => sum + tile.eventCount, 0);
}
