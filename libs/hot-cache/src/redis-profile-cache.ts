import { unavailable, fromUnknown } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { decodeCacheableTile, encodeCacheableTile, tileField, markLength, type CacheableTile } from './cached-tile';
import type { CachedProfile, CachedProfileHead, FillTicket, ProfileCache, TileRefresh } from './profile-cache';

/*
 * An entry is a hash: `filling` holds the token of the fill under way, `filled` the time of the last fill in epoch
 * milliseconds, `fill` its token, `changes` how often tiles were refreshed since, and each `t<day>#<region>` a tile that begins with its mark as fixed-length digits.
 */
const fillingField = 'filling';
const filledField = 'filled';
const fillField = 'fill';
const changesField = 'changes';

/** ARGV: length of a mark, then field and bytes of each tile. Sets those that are newer than what is there. */
const setNewer = `
local length = tonumber(ARGV[1])
local function set(from)
  local replaced = 0
  for i = from, #ARGV, 2 do
    local present = redis.call('HGET', KEYS[1], ARGV[i])
    if not present or string.sub(present, 1, length) < string.sub(ARGV[i + 1], 1, length) then
      redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
      replaced = replaced + 1
    end
  end
  if replaced > 0 then redis.call('HINCRBY', KEYS[1], '${changesField}', 1) end
  return replaced
end`;

const refreshScript = `${setNewer}
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return set(2)`;

/** ARGV after the length: token, epoch milliseconds, time to live in milliseconds, then the tiles. */
const fillScript = `${setNewer}
if redis.call('HGET', KEYS[1], '${fillingField}') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], '${fillingField}')
redis.call('HSET', KEYS[1], '${filledField}', ARGV[3], '${fillField}', ARGV[2])
set(5)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

const beginScript = `
redis.call('HSET', KEYS[1], '${fillingField}', ARGV[1])
if redis.call('HEXISTS', KEYS[1], '${filledField}') == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`;

/** How long entries live. */
export interface RedisProfileCacheOptions {
  readonly redis: Redis;
  /** The generation of tiles that the entries are of. */
  readonly generation: number;
  /** How long an entry may be served after its last fill, in milliseconds. Default one day. */
  readonly entryTtlMs?: number;
  /** How long a fill may take, in milliseconds. Default 10 s. */
  readonly fillTtlMs?: number;
  /** Epoch milliseconds. Default: Date.now. */
  readonly nowMs?: () => number;
}

/** The shared cache in Redis. */
export function createRedisProfileCache(options: RedisProfileCacheOptions): ProfileCache {
  const { redis, generation, entryTtlMs = 86_400_000, fillTtlMs = 10_000, nowMs = Date.now } = options;
  const keyOf = (profileKey: string): string => `profile:${generation}:${profileKey}`;
  const run = async (
    script: string,
    profileKey: string,
    args: readonly (string | number | Buffer)[],
  ): Promise<number> => Number(await redis.eval(script, 1, keyOf(profileKey), ...args).catch(away));
  return {
    async read(profileKey) {
      return profileOf(await redis.hgetallBuffer(keyOf(profileKey)).catch(away));
    },
    async head(profileKey) {
      const [filled, fill, changes] = await redis
        .hmget(keyOf(profileKey), filledField, fillField, changesField)
        .catch(away);
      return headOf({ filled, fill, changes });
    },
    async beginFill(profileKey) {
      const ticket: FillTicket = { profileKey, token: randomUUID() };
      await run(beginScript, profileKey, [ticket.token, fillTtlMs]);
      return ticket;
    },
    async completeFill({ profileKey, token }, tiles) {
      const args = [markLength, token, nowMs(), entryTtlMs, ...tiles.flatMap(fieldAndBytes)];
      return (await run(fillScript, profileKey, args)) === 1;
    },
    async refresh(refreshes) {
      const replaced = await Promise.all(
        [...groupByProfile(refreshes)].map(([profileKey, tiles]) =>
          run(refreshScript, profileKey, [markLength, ...tiles.flatMap(fieldAndBytes)]),
        ),
      );
      return replaced.reduce((total, count) => total + count, 0);
    },
    async remove(profileKey) {
      return (await redis.del(keyOf(profileKey)).catch(away)) === 1;
    },
  };
}

function away(error: unknown): never {
  throw unavailable('Redis does not answer', { cause: fromUnknown(error) });
}

function fieldAndBytes(tile: CacheableTile): [string, Buffer] {
  return [tileField(tile), encodeCacheableTile(tile)];
}

function groupByProfile(refreshes: readonly TileRefresh[]): Map<string, CacheableTile[]> {
  const groups = new Map<string, CacheableTile[]>();
  for (const { profileKey, tile } of refreshes) {
    const tiles = groups.get(profileKey);
    if (tiles === undefined) groups.set(profileKey, [tile]);
    else tiles.push(tile);
  }
  return groups;
}

function profileOf(fields: Readonly<Record<string, Buffer>>): CachedProfile | undefined {
  const head = headOf({
    filled: fields[filledField]?.toString(),
    fill: fields[fillField]?.toString(),
    changes: fields[changesField]?.toString(),
  });
  if (head === undefined) return undefined;
  // Redis gives the fields of a large hash in no order; by day, each read folds alike to the last bit.
  const tiles = Object.entries(fields)
    .filter(([field]) => field.startsWith('t'))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, bytes]) => decodeCacheableTile(bytes));
  return { ...head, tiles };
}

type Nothing = null | undefined;

function headOf({
  filled,
  fill,
  changes,
}: Record<'filled' | 'fill' | 'changes', string | Nothing>): CachedProfileHead | undefined {
  if (filled === null || filled === undefined) return undefined;
  return { filledAtMs: Number(filled), stamp: `${fill ?? ''}:${changes ?? ''}` };
}
