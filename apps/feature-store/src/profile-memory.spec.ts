import { emptyTile } from '@affinity/domain';
import type { CacheableTile } from '@affinity/hot-cache';
import { FrequencySketch } from './frequency-sketch';
import { ProfileMemory } from './profile-memory';

function tile(day: number, timestampNs: bigint, valueBytes = 1_000): CacheableTile {
  return { day, region: 'r', mark: { sequence: 1, timestampNs }, tile: { ...emptyTile(), valueBytes } };
}

describe('ProfileMemory', () => {
  it('stays within its bytes, and keeps what is asked for often over what is asked for once', () => {
    const memory = new ProfileMemory({ maxBytes: 100_000 });
    const hot = Array.from({ length: 5 }, (_, i) => `hot${i}`);
    for (let round = 0; round < 5; round += 1) {
      for (const key of hot) {
        memory.get(key);
        memory.offer(key, { tiles: [tile(1, 1n)], stamp: undefined });
      }
    }
    for (let i = 0; i < 1_000; i += 1) {
      memory.get(`cold${i}`);
      memory.offer(`cold${i}`, { tiles: [tile(1, 1n)], stamp: undefined });
      expect(memory.bytes).toBeLessThanOrEqual(100_000);
    }
    expect(hot.filter((key) => memory.get(key) !== undefined)).toEqual(hot);
  });

  it('takes in newer tiles of what it remembers, and only those', () => {
    const memory = new ProfileMemory({ maxBytes: 100_000 });
    expect(memory.refresh('u', tile(1, 5n))).toBe(false);
    memory.offer('u', { tiles: [tile(1, 5n)], stamp: undefined });
    expect(memory.refresh('u', tile(1, 4n))).toBe(false);
    expect(memory.refresh('u', tile(1, 6n))).toBe(true);
    expect(memory.refresh('u', tile(2, 1n))).toBe(true);
    expect(memory.get('u')?.tiles.map(({ day, mark }) => [day, mark.timestampNs])).toEqual([
      [1, 6n],
      [2, 1n],
    ]);
    memory.forget('u');
    expect(memory.get('u')).toBeUndefined();
  });
});

describe('FrequencySketch', () => {
  it('never estimates less than was counted, and forgets with time', () => {
    const sketch = new FrequencySketch(64);
    for (let i = 0; i < 8; i += 1) sketch.count('often');
    for (let i = 0; i < 100; i += 1) sketch.count(`k${i}`);
    expect(sketch.estimate('often')).toBeGreaterThanOrEqual(8);
    for (let i = 0; i < 5_000; i += 1) sketch.count(`k${i % 50}`);
    expect(sketch.estimate('often')).toBeLessThan(60);
  });
});
