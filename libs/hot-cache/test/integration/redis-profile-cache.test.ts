import { emptyTile } from '@affinity/domain';
import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, testStack, uniqueName, until } from '@affinity/testing';
import type { Redis } from 'ioredis';
import type { CacheableTile } from '../../src/cached-tile';
import type { ProfileCache } from '../../src/profile-cache';
import { connectRedis } from '../../src/redis-connection';
import { createRedisProfileCache } from '../../src/redis-profile-cache';

function tile(day: number, sequence: number, colour = 'red'): CacheableTile {
  const content = emptyTile();
  content.eventCount = sequence;
  content.dimensions.set('colour', { kind: 'categorical', weights: new Map([[colour, sequence]]), otherWeight: 0 });
  content.valueBytes = colour.length + 24;
  return {
    day,
    region: 'r',
    mark: { sequence, timestampNs: 1_700_000_000_000_000_000n + BigInt(sequence) },
    tile: content,
  };
}

const sequences = (tiles: readonly CacheableTile[]): number[] => tiles.map(({ mark }) => mark.sequence).sort();

describe('RedisProfileCache', () => {
  let redis: Redis;
  let cache: ProfileCache;
  let user: string;

  beforeAll(async () => {
    redis = connectRedis({ redisUrl: testStack().redis.url, redisPassword: undefined }, { logger: silentLogger() });
    await until(() => redis.status === 'ready', 5_000, 'redis');
    cache = createRedisProfileCache({ redis, generation: 1, nowMs: () => 5_000 });
  });

  beforeEach(() => {
    user = uniqueName('u');
  });

  afterAll(() => redis.disconnect());

  it('gives back what it was filled with', async () => {
    expect(await cache.read(user)).toBeUndefined();
    const ticket = await cache.beginFill(user);
    expect(await cache.read(user)).toBeUndefined();
    expect(await cache.completeFill(ticket, [tile(1, 1), tile(2, 2)])).toBe(true);
    expect(await cache.read(user)).toMatchObject({ tiles: [tile(1, 1), tile(2, 2)], filledAtMs: 5_000 });
  });

  it('remembers that there is nothing', async () => {
    await cache.completeFill(await cache.beginFill(user), []);
    expect(await cache.read(user)).toMatchObject({ tiles: [], filledAtMs: 5_000 });
  });

  it('tells by its stamp whether anything changed', async () => {
    expect(await cache.head(user)).toBeUndefined();
    await cache.completeFill(await cache.beginFill(user), [tile(1, 5)]);
    const head = await cache.head(user);
    expect(await cache.read(user)).toMatchObject(head!);
    await cache.refresh([{ profileKey: user, tile: tile(1, 4) }]);
    expect(await cache.head(user)).toEqual(head);
    await cache.refresh([{ profileKey: user, tile: tile(1, 6) }]);
    expect((await cache.head(user))?.stamp).not.toBe(head?.stamp);
    await cache.remove(user);
    await cache.completeFill(await cache.beginFill(user), [tile(1, 6)]);
    expect((await cache.head(user))?.stamp).not.toBe(head?.stamp);
  });

  it('takes what a writer stored while the fill was reading, and the newer one wins', async () => {
    const ticket = await cache.beginFill(user);
    expect(await cache.refresh([{ profileKey: user, tile: tile(1, 9, 'blue') }])).toBe(1);
    await cache.completeFill(ticket, [tile(1, 8), tile(2, 3)]);
    expect(sequences((await cache.read(user))?.tiles ?? [])).toEqual([3, 9]);
  });

  it('refreshes only what is cached, and never with something older', async () => {
    expect(await cache.refresh([{ profileKey: user, tile: tile(1, 9) }])).toBe(0);
    expect(await cache.read(user)).toBeUndefined();
    await cache.completeFill(await cache.beginFill(user), [tile(1, 5)]);
    const stale = { profileKey: user, tile: tile(1, 4) };
    const fresh = { profileKey: user, tile: tile(1, 10) };
    expect(await cache.refresh([stale, fresh])).toBe(1);
    expect(sequences((await cache.read(user))?.tiles ?? [])).toEqual([10]);
  });

  it('refuses a fill whose entry was removed or is filled by another', async () => {
    const ticket = await cache.beginFill(user);
    await cache.remove(user);
    expect(await cache.completeFill(ticket, [tile(1, 1)])).toBe(false);
    expect(await cache.read(user)).toBeUndefined();
    const first = await cache.beginFill(user);
    const second = await cache.beginFill(user);
    expect(await cache.completeFill(first, [tile(1, 1)])).toBe(false);
    expect(await cache.completeFill(second, [tile(1, 2)])).toBe(true);
  });

  it('forgets a fill that never ends', async () => {
    const hasty = createRedisProfileCache({ redis, generation: 1, fillTtlMs: 50 });
    const ticket = await hasty.beginFill(user);
    await until(async () => (await redis.exists(`profile:1:${user}`)) === 0, 5_000, 'the marker to expire');
    expect(await hasty.completeFill(ticket, [tile(1, 1)])).toBe(false);
  });

  it('fails at once while redis is away, and works again when it is back', async () => {
    const stack = await startBackingStack({ services: ['redis'] });
    const own = connectRedis(
      { redisUrl: stack.addresses.redis.url, redisPassword: undefined },
      { logger: silentLogger() },
    );
    try {
      const away = createRedisProfileCache({ redis: own, generation: 1 });
      await until(() => own.status === 'ready', 5_000, 'redis');
      await stack.services.redis.pause();
      await expect(away.read(user)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await stack.services.redis.resume();
      await stack.services.redis.kill();
      await expect(away.read(user)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await stack.services.redis.restart();
      await until(
        () =>
          away.read(user).then(
            () => true,
            () => false,
          ),
        10_000,
        'redis to be back',
      );
    } finally {
      own.disconnect();
      await stack.stop();
    }
  });
});
