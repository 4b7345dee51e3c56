import { DeleteItemCommand, GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { User } from '@affinity/contracts';
import { dynamoFailure } from './dynamo-client';

/** Users, as stored. */
export interface UserStore {
  /** The user; undefined when there is none. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  get(userId: string): Promise<User | undefined>;
  /** Writes a user, replacing what was there. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  put(user: User & { readonly updatedAt: Date }): Promise<void>;
  /** Removes a user; false when there was none. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  delete(userId: string): Promise<boolean>;
}

/** Users in DynamoDB; a global table's replicas settle conflicts by last writer wins. */
export function createDynamoUserStore({
  client,
  table,
  consistent = false,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Whether reads see every write that was answered before, at twice the price. Default: false. */
  readonly consistent?: boolean;
}): UserStore {
  const fail = (error: unknown): never => {
    throw dynamoFailure(error);
  };
  return {
    async get(userId) {
      const { Item } = await client
        .send(new GetItemCommand({ TableName: table, Key: { pk: { S: userId } }, ConsistentRead: consistent }))
        .catch(fail);
      if (Item === undefined) return undefined;
      return {
        userId,
        userName: Item['name']?.S ?? '',
        userFeatures: JSON.parse(Item['features']?.S ?? '{}') as Record<string, unknown>,
        updatedAt: new Date(Number(Item['updated_at']?.N ?? 0)),
      };
    },
    async put(user) {
      const item = {
        pk: { S: user.userId },
        name: { S: user.userName },
        features: { S: JSON.stringify(user.userFeatures ?? {}) },
        updated_at: { N: String(user.updatedAt.getTime()) },
      };
      await client.send(new PutItemCommand({ TableName: table, Item: item })).catch(fail);
    },
    async delete(userId) {
      const command = new DeleteItemCommand({ TableName: table, Key: { pk: { S: userId } }, ReturnValues: 'ALL_OLD' });
      return (await client.send(command).catch(fail)).Attributes !== undefined;
    },
  };
}
