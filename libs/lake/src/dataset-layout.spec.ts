import { claimLayout } from './dataset-layout';
import { InMemoryObjectStore } from './in-memory-object-store';

const layout = { partitions: 32, shards: 4, compression: 'none' } as const;

describe('claimLayout', () => {
  it('is agreed by all who want the same', async () => {
    const store = new InMemoryObjectStore();
    expect(await claimLayout(store, 'p', layout)).toEqual({ kind: 'agreed' });
    expect(await claimLayout(store, 'p', { ...layout })).toEqual({ kind: 'agreed' });
  });

  it('shows the layout that a data set has when another is wanted', async () => {
    const store = new InMemoryObjectStore();
    await claimLayout(store, 'p', layout);
    const found = '{"partitions":32,"shards":4,"compression":"none"}';
    expect(await claimLayout(store, 'p', { ...layout, shards: 8 })).toEqual({ kind: 'other', found });
    expect(await claimLayout(store, 'p', { ...layout, compression: 'gzip' })).toEqual({ kind: 'other', found });
    expect(await claimLayout(store, 'q', { ...layout, shards: 8 })).toEqual({ kind: 'agreed' });
  });
});
