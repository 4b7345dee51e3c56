import { toAttributes } from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import {
  createDynamoClient,
  createDynamoItemStore,
  createDynamoProgressStore,
  createDynamoUserStore,
  tableNames,
  type ProgressStore,
} from '@affinity/profile-storage';
import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { until } from '@affinity/testing';
import type { FeedProgress } from '../../src/entities/feed-progress';
import type { FeedFixture } from './feed-fixture';

/** Data sets of personalize-local's default group, and of any other that is set so. */
export const datasets = {
  items: 'arn:aws:personalize:eu-central-1:000000000000:dataset/affinity/ITEMS',
  users: 'arn:aws:personalize:eu-central-1:000000000000:dataset/affinity/USERS',
} as const;

/** Settings of a feed of items and users that need not be patient. */
export const entityFeedEnv = {
  AFFINITY_PERSONALIZE_ITEMS_DATASET_ARN: datasets.items,
  AFFINITY_PERSONALIZE_USERS_DATASET_ARN: datasets.users,
  AFFINITY_PERSONALIZE_USER_FEATURES: 'tier',
  AFFINITY_ENTITY_CALLS_PER_SECOND: '200',
  AFFINITY_CHANGE_POLL_MS: '100',
} as const;

/** The catalogue and the users of a fixture. */
export interface EntityTables {
  /** Stores items with a colour, by id. */
  putItems(colours: Readonly<Record<string, string>>): Promise<void>;
  putUser(userId: string, tier: string): Promise<void>;
  /** How far the items' changes were sent. */
  readonly itemProgress: ProgressStore;
  /** Resolves when a feed has sent the first item and the first user and all that follows from it: from then on each change is sent once. */
  firstScans(): Promise<void>;
  /** Turns the items' change stream off: what changes from now on is in none, until somebody turns it on. */
  turnStreamOff(): Promise<void>;
  /** Turns it on again, which makes a new one; gives its ARN. */
  turnStreamOn(): Promise<string>;
  close(): void;
}

/** Opens the tables; a feed makes them when it starts. */
export function openEntityTables({ stack, tablePrefix }: FeedFixture): EntityTables {
  const { endpoint, region } = stack.addresses.dynamodb;
  const client = createDynamoClient({
    dynamoEndpoint: endpoint,
    dynamoRegion: region,
    dynamoTablePrefix: tablePrefix,
  });
  const tables = tableNames(tablePrefix);
  const items = createDynamoItemStore({ client, table: tables.items });
  const users = createDynamoUserStore({ client, table: tables.users });
  const describe = async () => (await client.send(new DescribeTableCommand({ TableName: tables.items }))).Table;
  const update = (StreamSpecification: { StreamEnabled: boolean; StreamViewType?: 'KEYS_ONLY' }) =>
    client.send(new UpdateTableCommand({ TableName: tables.items, StreamSpecification }));
  const progressOf = (kind: keyof typeof datasets): ProgressStore =>
    createDynamoProgressStore({ client, table: tables.control, name: `personalize-feed/${kind}/${datasets[kind]}` });
  const isScanned = async (kind: keyof typeof datasets): Promise<boolean> => {
    const document = (await progressOf(kind).read())?.document as FeedProgress | undefined;
    // DynamoDB Local takes the first record of a stream for one after records that are gone, which makes another scan.
    const isRead = Object.values(document?.cursor.shards ?? {}).some((reached) => 'after' in reached);
    return document !== undefined && document.scan === undefined && isRead;
  };
  return {
    putItems: async (colours) => {
      const stored = Object.entries(colours).map(([itemId, colour]) => {
        const attributes = toAttributes(new Map<string, AttributeValue>([['colour', colour]]));
        return { itemId, attributes, updatedAt: new Date() };
      });
      await items.putItems(stored);
    },
    putUser: (userId, tier) =>
      users.put({
        userId,
        userName: 'never sent',
        userFeatures: { tier, secret: 'never sent' },
        updatedAt: new Date(),
      }),
    itemProgress: progressOf('items'),
    firstScans: async () => {
      for (const kind of ['items', 'users'] as const) {
        await until(() => isScanned(kind), 30_000, `the first ${kind} to be sent`);
      }
    },
    turnStreamOff: async () => {
      const before = (await describe())?.LatestStreamArn;
      await update({ StreamEnabled: false });
      const isOff = async () => {
        const { StreamSpecification, LatestStreamArn } = (await describe()) ?? {};
        return StreamSpecification?.StreamEnabled !== true || LatestStreamArn !== before;
      };
      await until(isOff, 30_000, 'the stream to be off');
    },
    turnStreamOn: async () => {
      await update({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
      const streamArn = async () => {
        const { StreamSpecification, LatestStreamArn } = (await describe()) ?? {};
        return StreamSpecification?.StreamEnabled === true && LatestStreamArn;
      };
      return until(streamArn, 30_000, 'the stream to be on');
    },
    close: () => client.destroy(),
  };
}
