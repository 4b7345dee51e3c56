import { defaulted, flag, integer, optional, required, text, url, type ConfigOf } from '@affinity/service-kit';
import { z } from 'zod';
import { parseDestination, type LakeDestination } from './lake-destination';

const destination: z.ZodType<LakeDestination, string> = z.string().transform((value, context): LakeDestination => {
  const parsed = parseDestination(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be s3://BUCKET or file:///FOLDER' });
  return z.NEVER;
});

/** Where the lake is; credentials come the AWS way and are not settings of ours. */
export const lakeSettings = {
  lakeDestination: required({
    env: 'LAKE_DESTINATION',
    schema: destination,
    doc: 'Where the lake is: s3://BUCKET, or file:///FOLDER on a single machine',
  }),
  lakePrefix: defaulted({
    env: 'LAKE_PREFIX',
    schema: z
      .string()
      .max(128)
      .regex(/^[a-z0-9_]+([-/][a-z0-9_]+)*$/, 'must be lower-case words joined by - or /'),
    default: 'crm/dashboard_interaction',
    doc: 'Data set: where below upstream/ the lake sink writes, and the pipelines read',
  }),
  lakeS3Endpoint: optional({
    env: 'LAKE_S3_ENDPOINT',
    schema: url('http', 'https'),
    doc: 'S3 endpoint; only for a server other than AWS, which must enforce conditional writes, or a VPC endpoint',
  }),
  lakeS3Region: defaulted({
    env: 'LAKE_S3_REGION',
    schema: text(64),
    default: 'eu-central-1',
    doc: 'AWS region of the bucket',
  }),
  lakeS3PathStyle: defaulted({
    env: 'LAKE_S3_PATH_STYLE',
    schema: flag(),
    default: 'false',
    doc: 'Whether the bucket stands in the path of requests; true for most servers other than AWS',
  }),
  lakeS3TimeoutMs: defaulted({
    env: 'LAKE_S3_TIMEOUT_MS',
    schema: integer(100, 600_000),
    default: '30000',
    doc: 'Milliseconds that one request to the bucket may take; it is repeated then, which is safe',
  }),
};

/** Where the lake is. */
export type LakeConfig = ConfigOf<typeof lakeSettings>;
