import { InMemoryCheckpointStore, InMemoryTileStore, InMemoryTombstoneStore } from './in-memory-stores';
import { describeStores } from './tile-store-contract.fixture';

describeStores('in-memory stores', () =>
  Promise.resolve({
    tiles: new InMemoryTileStore(),
    checkpoints: new InMemoryCheckpointStore(),
    tombstones: new InMemoryTombstoneStore(),
  }),
);
