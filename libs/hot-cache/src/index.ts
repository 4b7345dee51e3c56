export { connectRedis, type RedisConfig, type RedisConnectionOptions } from './redis-connection';
export { fromCachedTile, toCachedTile, type CacheableTile } from './cached-tile';
export {
  type CachedProfile,
  type CachedProfileHead,
  type FillTicket,
  type ProfileCache,
  type TileRefresh,
} from './profile-cache';
export { createRedisProfileCache, type RedisProfileCacheOptions } from './redis-profile-cache';
