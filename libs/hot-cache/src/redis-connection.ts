import type { ConfigOf, Logger, redisSettings } from '@affinity/service-kit';
import { Redis } from 'ioredis';

/** Where Redis is. */
export type RedisConfig = ConfigOf<typeof redisSettings>;

/**
 * A connection that never waits: while Redis is away each command fails at once, an answer may take `commandTimeoutMs`, and
 * the connection is made anew in the background for as long as it is open.
 */
export function connectRedis(config: RedisConfig, { logger, commandTimeoutMs = 250 }: RedisConnectionOptions): Redis {
  const password = config.redisPassword?.reveal();
  const redis = new Redis(config.redisUrl, {
    ...(password === undefined ? {} : { password }),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 1_000,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  });
  let reported = false;
  redis.on('error', (error: Error) => {
    if (!reported) logger.warn({ err: error }, 'redis is away');
    reported = true;
  });
  redis.on('ready', () => {
    if (reported) logger.info('redis is back');
    reported = false;
  });
  return redis;
}

/** How the connection behaves. */
export interface RedisConnectionOptions {
  readonly logger: Logger;
  /** Default 250. */
  readonly commandTimeoutMs?: number;
}
