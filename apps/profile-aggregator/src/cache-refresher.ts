import type { ProfileCache, TileRefresh } from '@affinity/hot-cache';
import type { OpenTile } from '@affinity/profile-storage';
import type { Logger } from '@affinity/service-kit';
import type { ProfileRefresher } from './generation-feed';

/** Writes stored user tiles through to the shared cache, where their users are cached. */
export function createCacheRefresher(cache: ProfileCache, logger: Logger): ProfileRefresher {
  return {
    async refresh({ partition, tiles }) {
      try {
        await cache.refresh(tiles.flatMap(refreshOf));
      } catch (error) {
        logger.debug({ err: error, partition }, 'cached profiles were not refreshed');
      }
    },
    async remove(profileKey) {
      try {
        await cache.remove(profileKey);
      } catch (error) {
        logger.warn({ err: error }, 'an erased profile may be cached until it is revalidated');
      }
    },
  };
}

/** No cache to keep fresh. */
export const noRefresher: ProfileRefresher = { refresh: () => Promise.resolve(), remove: () => Promise.resolve() };

function refreshOf({ key, mark, content }: OpenTile): TileRefresh[] {
  if (key.owner.kind !== 'user') return [];
  return [{ profileKey: key.owner.profileKey, tile: { day: key.day, region: key.region, mark, tile: content } }];
}
