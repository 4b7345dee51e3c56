import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { retry } from '@affinity/service-kit';
import { changeStreamSpecification } from './change-stream';
import { dynamoFailure } from './dynamo-client';

/** The names of the tables of one deployment. */
export interface TableNames {
  /** Day tiles of users and of the population: pk = generation and owner, sk = day and region. Expires by `ttl`. */
  readonly tiles: string;
  /** Users: pk = user id. */
  readonly users: string;
  /** The catalogue: pk = item id. */
  readonly items: string;
  /** Checkpoints and tombstones: pk = kind and key. */
  readonly control: string;
}

/** The names of a deployment's tables. */
export function tableNames(prefix: string): TableNames {
  return { tiles: `${prefix}tiles`, users: `${prefix}users`, items: `${prefix}items`, control: `${prefix}control` };
}

/** Makes the tables that do not exist yet, on demand capacity, and waits until they can be used. Many may do so at once. */
export function ensureTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  // Making tables is slow while many services start at once; doing it again is harmless.
  return retry(() => makeTables(client, names), { attempts: 5, baseDelayMs: 200 });
}

async function makeTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all([
    ensureTable(client, { name: names.tiles, sortKey: true, changeStream: false }),
    ensureTable(client, { name: names.users, sortKey: false, changeStream: true }),
    ensureTable(client, { name: names.items, sortKey: false, changeStream: true }),
    ensureTable(client, { name: names.control, sortKey: false, changeStream: false }),
  ]);
  await ensureTimeToLive(client, names.tiles);
}

interface TableSettings {
  readonly name: string;
  readonly sortKey: boolean;
  /** Whether others follow its changes. */
  readonly changeStream: boolean;
}

async function ensureTable(client: DynamoDBClient, table: TableSettings): Promise<void> {
  try {
    await client.send(new CreateTableCommand(createInput(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw dynamoFailure(error);
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: table.name }).catch(
    fail,
  );
}

function createInput({ name, sortKey, changeStream }: TableSettings): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    ...(changeStream ? { StreamSpecification: changeStreamSpecification } : {}),
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      ...(sortKey ? [{ AttributeName: 'sk', AttributeType: 'S' } as const] : []),
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      ...(sortKey ? [{ AttributeName: 'sk', KeyType: 'RANGE' } as const] : []),
    ],
  };
}

async function ensureTimeToLive(client: DynamoDBClient, table: string): Promise<void> {
  if (await hasTimeToLive(client, table)) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'ttl' };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  } catch (error) {
    // Another service may have been faster, which DynamoDB calls invalid.
    if (!(await hasTimeToLive(client, table))) throw dynamoFailure(error);
  }
}

async function hasTimeToLive(client: DynamoDBClient, table: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table })).catch(fail);
  const status = TimeToLiveDescription?.TimeToLiveStatus;
  return status === 'ENABLED' || status === 'ENABLING';
}

function fail(error: unknown): never {
  throw dynamoFailure(error);
}
