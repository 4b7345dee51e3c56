import { descriptorSet } from '@affinity/contracts';
import { connectRedis, createRedisProfileCache } from '@affinity/hot-cache';
import { connectNats, createEventPublisher } from '@affinity/messaging';
import {
  createDynamoClient,
  createDynamoGenerationStore,
  createDynamoItemStore,
  createDynamoTombstoneStore,
  createDynamoUserStore,
  DynamoTileStore,
  ensureTables,
  GenerationWatcher,
  schemaOfGeneration,
  sharedErasureHashKey,
  tableNames,
  type GenerationSet,
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
import { featureStoreSettings, type FeatureStoreConfig } from './config';
import { itemService } from './item-handlers';
import { createProfileEraser } from './profile-eraser';
import { profileService } from './profile-handlers';
import { ProfileWatchers } from './profile-watchers';
import { createReadMeter } from './read-meter';
import { openServedGeneration, type GenerationSurroundings, type ServedGeneration } from './served-generation';
import { ServedGenerations } from './served-generations';
import { userService } from './user-handlers';

const name = 'feature-store';
/** Longer than a call may take, in milliseconds. */
const retireAfterMs = 60_000;

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
  const { config, logger, metrics } = context;
  const connection = await connectNats(config, { name, logger });
  context.add(resource('nats', () => connection.close()));
  const redis = connectRedis(config, { logger });
  context.add(resource('redis', () => redis.disconnect()));
  const client = createDynamoClient(config);
  context.add(resource('dynamodb', () => client.destroy()));
  const tables = tableNames(config.dynamoTablePrefix);
  await ensureTables(client, tables);

  const hashKey = config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, tables.control));
  const watchers = new ProfileWatchers();
  const surroundings: GenerationSurroundings = {
    config,
    logger,
    connection,
    storeOf: (generation) => new DynamoTileStore({ client, table: tables.tiles, generation }),
    cacheOf: (generation) => createRedisProfileCache({ redis, generation }),
    tombstones: createDynamoTombstoneStore({ client, table: tables.control, hashKey }),
    storeSlots: new Semaphore({ limit: config.storeConcurrency, maxWaiting: 10 * config.storeConcurrency }),
    answers: new AnswerMemory(config.answerMemoryMaxBytes),
    watchers,
    meter: createReadMeter(metrics),
  };
  const generations = createDynamoGenerationStore({ client, table: tables.control });
  const known = await generations.read();
  const open = (set: GenerationSet): Promise<ServedGeneration> => {
    const schema = schemaOfGeneration(set, set.serving, config.schema);
    return openServedGeneration({ number: set.serving, schema }, surroundings);
  };
  const serving = new ServedGenerations(known, { logger, open, retireAfterMs });
  context.add(serving);
  const onChange = (set: GenerationSet): Promise<void> => serving.follow(set);
  context.add(new GenerationWatcher({ store: generations, logger, known, everyMs: config.generationPollMs, onChange }));
  const served = (): ServedGeneration => serving.current;
  const items = createDynamoItemStore({ client, table: tables.items });
  const users = createDynamoUserStore({ client, table: tables.users });
  const publisher = createEventPublisher({ connection, partitions: config.partitions });
  const eraser = createProfileEraser({ publisher, served, partitions: config.partitions });
  const services = [
    profileService({ served, items, users, watchers }),
    userService({ users, eraser }),
    itemService({ items, served }),
  ];
  context.add(createGrpcServer({ settings: config, services, descriptorSet, ...context }));
}
