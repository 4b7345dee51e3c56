import { GetItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomBytes } from 'node:crypto';
import { dynamoFailure } from './dynamo-client';

const pk = { S: 'erasure-hash-key' };

/**
 * The key by which erased profiles are hashed, of a deployment that gave none of its own: made at first use and kept in the
 * control table. Whoever can read the table can then test whether a given profile was erased; a key of the deployment's
 * own, kept elsewhere, prevents that.
 */
export async function sharedErasureHashKey(client: DynamoDBClient, table: string): Promise<string> {
  const found = await readKey(client, table);
  if (found !== undefined) return found;
  const Item = { pk, hash_key: { S: randomBytes(32).toString('base64url') } };
  const put = new PutItemCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
  await client.send(put).catch((error: unknown) => {
    // Another service was faster: its key stands.
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw dynamoFailure(error);
  });
  return (await readKey(client, table)) ?? Item.hash_key.S;
}

async function readKey(client: DynamoDBClient, table: string): Promise<string | undefined> {
  const get = new GetItemCommand({ TableName: table, Key: { pk }, ConsistentRead: true });
  const { Item } = await client.send(get).catch((error: unknown) => {
    throw dynamoFailure(error);
  });
  return Item?.['hash_key']?.S;
}
