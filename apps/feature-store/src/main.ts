import { descriptorSet } from '@affinity/contracts';
import { connectRedis, createRedisProfileCache } from '@affinity/hot-cache';
import { connectNats, createEventPublisher } from '@affinity/messaging';
import {
  createDynamoClient,
  createDynamoItemStore,
  createDynamoTombstoneStore,
  createDynamoUserStore,
  DynamoTileStore,
  ensureTables,
  sharedErasureHashKey,
  tableNames,
} from '@affinity/profile-storage';
import {
  checkGrpcServerSettings,
  createGrpcServer,
  resource,
  runService,
  Semaphore,
  type ServiceContext,
} from '@affinity/service-kit';
import { AnswerMemory } from './answer-memory';
import { AnnouncedChanges, type AnnouncedChange } from './announced-changes';
import { featureStoreSettings, type FeatureStoreConfig } from './config';
import { itemService } from './item-handlers';
import { StoredPopulation } from './population';
import { createProfileEraser } from './profile-eraser';
import { profileService } from './profile-handlers';
import { ProfileMemory } from './profile-memory';
import { ProfileReader } from './profile-reader';
import { ProfileSource } from './profile-source';
import { ProfileWatchers } from './profile-watchers';
import { userService } from './user-handlers';
import { AnnouncedWatermarks } from './watermarks';

const name = 'feature-store';
/** The generation of tiles that is served. */
const generation = 1;

void runService(
  {
    name,
    version: '0.1.0',
    summary: 'Serves users, items, profiles and preferences.',
    settings: featureStoreSettings,
    checks: [checkGrpcServerSettings],
    process,
  },
  build,
);

async function build(context: ServiceContext<FeatureStoreConfig>): Promise<void> {
  const { config, logger } = context;
  const { schema, partitions } = config;
  const connection = await connectNats(config, { name, logger });
  context.add(resource('nats', () => connection.close()));
  const redis = connectRedis(config, { logger });
  context.add(resource('redis', () => redis.disconnect()));
  const client = createDynamoClient(config);
  context.add(resource('dynamodb', () => client.destroy()));
  const tables = tableNames(config.dynamoTablePrefix);
  await ensureTables(client, tables);

  const store = new DynamoTileStore({ client, table: tables.tiles, generation });
  const population = new StoredPopulation({ store, partitions, refreshMs: config.populationRefreshMs, logger });
  context.add(population);
  const watermarks = new AnnouncedWatermarks(connection);
  context.add(watermarks);
  const hashKey = config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, tables.control));
  const source = new ProfileSource({
    memory: new ProfileMemory({ maxBytes: config.memoryMaxBytes }),
    cache: createRedisProfileCache({ redis, generation }),
    store,
    tombstones: createDynamoTombstoneStore({ client, table: tables.control, hashKey }),
    logger,
    memoryRevalidateMs: config.memoryRevalidateMs,
    cacheRevalidateMs: config.cacheRevalidateMs,
    storeSlots: new Semaphore({ limit: config.storeConcurrency, maxWaiting: 10 * config.storeConcurrency }),
  });
  const watchers = new ProfileWatchers();
  const hear = (change: AnnouncedChange): void => {
    source.learn(change);
    watchers.notify(change.profileKey);
  };
  context.add(new AnnouncedChanges(connection, { logger, onChange: hear }));
  const answers = new AnswerMemory(config.answerMemoryMaxBytes);
  const reader = new ProfileReader({ source, population, watermarks, answers, schema, partitions });
  const items = createDynamoItemStore({ client, table: tables.items });
  const users = createDynamoUserStore({ client, table: tables.users });
  const publisher = createEventPublisher({ connection, partitions });
  const eraser = createProfileEraser({ publisher, watermarks, store, source, partitions });
  const services = [
    profileService({ reader, population, items, users, schema, watchers }),
    userService({ users, eraser }),
    itemService(items),
  ];
  context.add(createGrpcServer({ settings: config, services, descriptorSet, ...context }));
}
