import { emptyTile } from '@affinity/domain';
import { settledTiles } from './settled-tiles';

describe('settledTiles', () => {
  it('waits for the events of the wanted tiles only', async () => {
    let looks = 0;
    async function* scan() {
      looks += 1;
      yield { key: 'other', tile: { ...emptyTile(), eventCount: 100 } };
      yield { key: 'ours', tile: { ...emptyTile(), eventCount: looks } };
    }
    const isWanted = ({ key }: { readonly key: string }): boolean => key === 'ours';
    const tiles = await settledTiles({ scan, isWanted, expected: 2, patienceMs: 60_000 });
    expect(tiles.map(({ key, tile }) => [key, tile.eventCount])).toEqual([['ours', 2]]);
  });
});
