import { DescribeTableCommand, UpdateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { retry, unavailable } from '@affinity/service-kit';
import { dynamoFailure } from './dynamo-client';

/** Keys alone: whoever hears of a change reads what is stored now. */
export const changeStreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } as const;

/** The ARN of a table's stream of changes, turned on if it is off. Throws UNAVAILABLE when that takes over half a minute. */
export async function changeStreamOf(client: DynamoDBClient, table: string): Promise<string> {
  const enabled = await enabledStream(client, table);
  if (enabled !== undefined) return enabled;
  const command = new UpdateTableCommand({ TableName: table, StreamSpecification: changeStreamSpecification });
  // Another replica may have been faster, which DynamoDB refuses; what counts is whether there is a stream in the end.
  const refusal = await client.send(command).then(
    () => undefined,
    (error: unknown) => dynamoFailure(error),
  );
  const find = async (): Promise<string> => {
    const streamArn = await enabledStream(client, table);
    if (streamArn !== undefined) return streamArn;
    throw refusal ?? unavailable(`the change stream of ${table} is not there yet`);
  };
  return retry(find, { attempts: 20, baseDelayMs: 100, maxDelayMs: 2_000, isRetryable: () => true });
}

async function enabledStream(client: DynamoDBClient, table: string): Promise<string | undefined> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table })).catch((error: unknown) => {
    throw dynamoFailure(error);
  });
  return Table?.StreamSpecification?.StreamEnabled === true ? Table.LatestStreamArn : undefined;
}
