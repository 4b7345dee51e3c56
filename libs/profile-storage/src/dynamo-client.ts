import { DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, DynamoDBStreamsServiceException } from '@aws-sdk/client-dynamodb-streams';
import {
  AffinityError,
  fromUnknown,
  resourceExhausted,
  unavailable,
  type ConfigOf,
  type dynamoSettings,
} from '@affinity/service-kit';

/** Where DynamoDB is and what its tables are called. */
export type DynamoConfig = ConfigOf<typeof dynamoSettings>;

/**
 * A client that fails fast: one attempt and at most 3 s a request, because retries, back-off and circuits are decided where
 * the caller's deadline is known. Commands that nobody waits for may take longer: a page of a scan is a megabyte.
 * Credentials come the AWS way (environment, profile, role).
 */
export function createDynamoClient(
  config: DynamoConfig,
  { requestTimeoutMs = servingTimeoutMs }: { readonly requestTimeoutMs?: number } = {},
): DynamoDBClient {
  return new DynamoDBClient(clientOptions(config, requestTimeoutMs));
}

/** As {@link createDynamoClient}, for the streams of tables' changes. */
export function createDynamoStreamsClient(config: DynamoConfig): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient(clientOptions(config, servingTimeoutMs));
}

const servingTimeoutMs = 3_000;

function clientOptions({ dynamoRegion, dynamoEndpoint }: DynamoConfig, requestTimeout: number) {
  return {
    region: dynamoRegion,
    maxAttempts: 1,
    requestHandler: {
      requestTimeout,
      throwOnRequestTimeout: true,
      connectionTimeout: 1_000,
      httpsAgent: agent,
      httpAgent: agent,
    },
    ...(dynamoEndpoint === undefined ? {} : { endpoint: dynamoEndpoint }),
  };
}

const agent = { keepAlive: true, maxSockets: 64 };

const throttlingErrors: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Whether DynamoDB's name for an error means "too fast". */
export function isThrottling(name: string): boolean {
  return throttlingErrors.has(name);
}

/** A failed request to DynamoDB as an error of ours: throttled, out of reach, or a bug. */
export function dynamoFailure(error: unknown): AffinityError {
  if (error instanceof AffinityError) return error;
  if (!(error instanceof DynamoDBServiceException) && !(error instanceof DynamoDBStreamsServiceException))
    return unavailable('DynamoDB does not answer', { cause: fromUnknown(error) });
  if (isThrottling(error.name)) return resourceExhausted(`DynamoDB throttles: ${error.name}`, 100);
  const status = error.$metadata.httpStatusCode ?? 500;
  if (status >= 500) return unavailable(`DynamoDB failed: ${error.name}`, { cause: error });
  return new AffinityError('INTERNAL', `DynamoDB refused: ${error.name}: ${error.message}`, { cause: error });
}
