import { S3Client } from '@aws-sdk/client-s3';

/** Where S3 is. */
export interface S3Settings {
  /** Any S3-compatible server with conditional writes; AWS unless given. */
  readonly endpoint?: string;
  readonly region: string;
  /** Whether the bucket stands in the path, not in the host name; what most servers other than AWS want. */
  readonly pathStyle: boolean;
  /** How long one request may take, in milliseconds. Default 30000: an object of 5 MB over a slow line. */
  readonly requestTimeoutMs?: number;
}

/**
 * A client that tries once, because whoever waits for the object knows how long to go on trying. Credentials come the AWS
 * way: environment, profile or role.
 */
export function createS3Client(settings: S3Settings): S3Client {
  const { endpoint, region, pathStyle, requestTimeoutMs = 30_000 } = settings;
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      connectionTimeout: 2_000,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

const agent = { keepAlive: true, maxSockets: 32 };
