import type { Schema } from '@affinity/domain';
import type { ProfileCache } from '@affinity/hot-cache';
import type { TileReader, TombstoneStore } from '@affinity/profile-storage';
import type { Logger, Semaphore } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { AnnouncedChanges, type AnnouncedChange } from './announced-changes';
import type { AnswerMemory } from './answer-memory';
import type { FeatureStoreConfig } from './config';
import { StoredPopulation } from './population';
import { ProfileMemory } from './profile-memory';
import { ProfileReader } from './profile-reader';
import { ProfileSource } from './profile-source';
import type { ProfileWatchers } from './profile-watchers';
import type { ReadMeter } from './read-meter';
import type { ServedProfiles } from './served-profiles';
import { AnnouncedWatermarks } from './watermarks';

/** What all generations share. */
export interface GenerationSurroundings {
  readonly config: FeatureStoreConfig;
  readonly logger: Logger;
  readonly connection: NatsConnection;
  readonly storeOf: (generation: number) => TileReader;
  readonly cacheOf: (generation: number) => ProfileCache;
  readonly tombstones: TombstoneStore;
  readonly storeSlots: Semaphore;
  readonly answers: AnswerMemory;
  readonly watchers: ProfileWatchers;
  readonly meter: ReadMeter;
}

/** One generation of tiles, ready to be served. */
export interface ServedGeneration extends ServedProfiles {
  readonly number: number;
  /** Stops following the generation. */
  close(): Promise<void>;
}

/**
 * Opens a generation: everything that holds tiles, or depends on them, is its own, so that nothing of two generations ever
 * meets in memory or in the cache. Resolves when its population is read and its announcements are heard.
 */
export async function openServedGeneration(
  { number, schema }: { readonly number: number; readonly schema: Schema },
  surroundings: GenerationSurroundings,
): Promise<ServedGeneration> {
  const { config, logger, connection, watchers, meter } = surroundings;
  const { partitions } = config;
  const store = surroundings.storeOf(number);
  const population = new StoredPopulation({ store, partitions, refreshMs: config.populationRefreshMs, logger });
  const watermarks = new AnnouncedWatermarks(connection, number);
  const source = sourceOf(surroundings, { store, cache: surroundings.cacheOf(number) });
  const onChange = (change: AnnouncedChange): void => {
    source.learn(change);
    watchers.notify(change.profileKey);
  };
  const changes = new AnnouncedChanges(connection, { generation: number, logger, onChange });
  const reader = new ProfileReader({
    source,
    population,
    watermarks,
    answers: surroundings.answers,
    schema,
    partitions,
    meter,
  });
  await watermarks.start();
  await changes.start();
  await population.start();
  return {
    number,
    schema,
    store,
    source,
    population,
    watermarks,
    reader,
    close: async () => {
      await Promise.all([changes.stop(), watermarks.stop(), population.stop()]);
    },
  };
}

function sourceOf(
  { config, logger, tombstones, storeSlots }: GenerationSurroundings,
  { store, cache }: { readonly store: TileReader; readonly cache: ProfileCache },
): ProfileSource {
  return new ProfileSource({
    memory: new ProfileMemory({ maxBytes: config.memoryMaxBytes }),
    cache,
    store,
    tombstones,
    logger,
    memoryRevalidateMs: config.memoryRevalidateMs,
    cacheRevalidateMs: config.cacheRevalidateMs,
    storeSlots,
  });
}
