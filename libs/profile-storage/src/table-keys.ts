import { ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoFailure } from './dynamo-client';

/** Some partition keys of a table. */
export interface KeyPage {
  readonly keys: readonly string[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

/**
 * The next partition keys of a table without sort keys, in no particular order; from its beginning unless `after` is told.
 * Every item that is there all the while comes once. Throws UNAVAILABLE or RESOURCE_EXHAUSTED.
 */
export async function scanKeys(
  client: DynamoDBClient,
  { table, after, limit }: { readonly table: string; readonly after: string | undefined; readonly limit: number },
): Promise<KeyPage> {
  const command = new ScanCommand({
    TableName: table,
    ConsistentRead: true,
    ProjectionExpression: 'pk',
    Limit: limit,
    ...(after === undefined ? {} : { ExclusiveStartKey: { pk: { S: after } } }),
  });
  const { Items = [], LastEvaluatedKey } = await client.send(command).catch((error: unknown) => {
    throw dynamoFailure(error);
  });
  return { keys: Items.flatMap((item) => item['pk']?.S ?? []), next: LastEvaluatedKey?.['pk']?.S };
}
