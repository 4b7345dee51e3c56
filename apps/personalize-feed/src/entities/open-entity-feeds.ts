import { createDeadLetterStore } from '@affinity/messaging';
import { PersonalizeEntityWriter } from '@affinity/personalize';
import {
  createDynamoItemStore,
  createDynamoProgressStore,
  createDynamoStreamsClient,
  createDynamoUserStore,
  DynamoTableChanges,
  scanKeys,
  type TableNames,
} from '@affinity/profile-storage';
import { resource, type ServiceContext, TokenBucket } from '@affinity/service-kit';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { NatsConnection } from '@nats-io/transport-node';
import { readerName } from '../batch-sender';
import type { PersonalizeFeedConfig } from '../config';
import type { EntityFeedOptions } from './entity-feed';
import { EntityFeeds } from './entity-feeds';
import { entityKinds, openEntityLetters } from './entity-letters';
import { createEntityMeter, type EntityMeter } from './entity-meter';
import { EntitySender } from './entity-sender';
import { type EntitySource, itemSource, userSource } from './entity-source';

/** The tables of a deployment and the way to them. */
export interface Tables {
  readonly client: DynamoDBClient;
  readonly names: TableNames;
}

/** What feeds of items and users need besides the configuration. */
export interface EntityFeedParts {
  readonly tables: Tables;
  readonly connection: NatsConnection;
  readonly instanceId: string;
}

const keysPerScan = 100;

/** Adds the feeds of items and users that this deployment has data sets for. */
export function openEntityFeeds(context: ServiceContext<PersonalizeFeedConfig>, parts: EntityFeedParts): void {
  const { config, metrics, health, logger } = context;
  const { itemsDatasetArn, usersDatasetArn } = config;
  if (itemsDatasetArn === undefined && usersDatasetArn === undefined) return;
  const meter = createEntityMeter({ metrics, health });
  const { client, names } = parts.tables;
  const items = createDynamoItemStore({ client, table: names.items, consistent: true });
  const users = createDynamoUserStore({ client, table: names.users, consistent: true });
  const open = (source: EntitySource, arn: string | undefined, table: string) =>
    arn === undefined ? {} : { [source.kind]: feedOptions(context, parts, { source, arn, table, meter }) };
  const feeds = new EntityFeeds({
    kinds: {
      ...open(itemSource(items, itemAttributesOf(config)), itemsDatasetArn, names.items),
      ...open(userSource(users, config.userFeatures ?? []), usersDatasetArn, names.users),
    },
    meter,
    connection: parts.connection,
    instanceId: parts.instanceId,
    leaseTtlMs: config.leaseTtlMs,
    streamReplicas: config.streamReplicas,
    logger,
    nowMs: Date.now,
  });
  watchFeeds(context, feeds);
  context.add(feeds);
}

function itemAttributesOf({ itemAttributes, schema }: PersonalizeFeedConfig): readonly string[] {
  return (
    itemAttributes ?? schema.dimensions.flatMap((dimension) => (dimension.kind === 'item' ? [] : dimension.source))
  );
}

interface Feed {
  readonly source: EntitySource;
  readonly arn: string;
  readonly table: string;
  readonly meter: EntityMeter;
}

function feedOptions(
  context: ServiceContext<PersonalizeFeedConfig>,
  { tables: { client, names }, connection }: EntityFeedParts,
  { source, arn, table, meter }: Feed,
): EntityFeedOptions {
  const { config, add } = context;
  const { kind } = source;
  const logger = context.logger.child({ kind });
  const writer = new PersonalizeEntityWriter(config, { kind, arn });
  add(resource(`personalize-${kind}s`, () => writer.close()));
  const streams = createDynamoStreamsClient(config);
  add(resource(`${kind}-changes`, () => streams.destroy()));
  return {
    openChanges: () => new DynamoTableChanges({ client, streams, table, nowMs: Date.now }),
    scan: (after) => scanKeys(client, { table, after, limit: keysPerScan }),
    progress: createDynamoProgressStore({ client, table: names.control, name: `${readerName}/${kind}s/${arn}` }),
    sender: new EntitySender({
      source,
      writer,
      quota: new TokenBucket({ ratePerSecond: config.entityCallsPerSecond, burst: 1 }),
      meter,
      staleAfterMs: config.leaseTtlMs / 2,
      nowMs: () => performance.now(),
    }),
    openLetters: () =>
      openEntityLetters({
        kind,
        connection,
        deadLetters: createDeadLetterStore(connection),
        logger,
        maxReplaysWaiting: config.maxReplaysWaiting,
      }),
    pollMs: config.changePollMs,
    logger,
    nowMs: Date.now,
  };
}

function watchFeeds({ metrics }: ServiceContext<PersonalizeFeedConfig>, feeds: EntityFeeds): void {
  for (const kind of entityKinds) {
    metrics.gauge({
      name: `affinity_personalize_feed_${kind}_lag_seconds`,
      help: `Age of the oldest change of a ${kind} that was met and is not yet with Personalize`,
      read: () => feeds.lagMs(kind) / 1_000,
    });
  }
}
