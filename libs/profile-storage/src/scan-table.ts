import { ScanCommand, type DynamoDBClient, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { dynamoFailure } from './dynamo-client';
import type { Item } from './tile-item';

/** Which table, and what of it. */
export type TableScan = Required<Pick<ScanCommandInput, 'TableName' | 'FilterExpression'>> &
  Pick<ScanCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

/** Reads a whole table, consistently, page by page. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
export async function* scanTable(
  client: DynamoDBClient,
  scan: TableScan,
): AsyncGenerator<readonly Item[], void, undefined> {
  let ExclusiveStartKey: Item | undefined;
  do {
    const from = ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey };
    const page = await client
      .send(new ScanCommand({ ...scan, ConsistentRead: true, ...from }))
      .catch((error: unknown) => {
        throw dynamoFailure(error);
      });
    yield page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
