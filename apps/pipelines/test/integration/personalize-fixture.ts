import { createS3Client, S3ObjectStore, type MutableObjectStore } from '@affinity/lake';
import { PersonalizeControl } from '@affinity/personalize';
import { startServiceProcess, testStack, uniqueName } from '@affinity/testing';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAffinity } from '../run-affinity';

/** A stand-in for Personalize and the bucket that it reads. */
export interface PersonalizeFixture {
  readonly store: MutableObjectStore;
  readonly bucket: string;
  readonly control: PersonalizeControl;
  /** For AWS clients of other kinds. */
  readonly clientOptions: { readonly endpoint: string; readonly region: string };
  /** The environment of a command that works on a dataset group. */
  environment(datasetGroup: string): Readonly<Record<string, string>>;
  /** Of the bucket, for a process of its own. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Runs a command; gives what it printed. */
  affinity(datasetGroup: string, ...args: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

const schemaYaml = 'version: "1"\nevent_types: { view: 1 }\ndimensions: [{ name: colour, kind: categorical }]\n';

/** Starts the stand-in on a folder and a bucket of its own. */
export async function startPersonalizeFixture(): Promise<PersonalizeFixture> {
  const { endpoint, region, accessKeyId, secretAccessKey } = testStack().objectStore;
  const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  Object.assign(process.env, credentials);
  const folder = await mkdtemp(join(tmpdir(), 'affinity-train-'));
  const service = await startServiceProcess({
    app: 'personalize-local',
    env: {
      AFFINITY_HTTP_PORT: '0',
      AFFINITY_METRICS_PORT: '0',
      AFFINITY_DATA_DIR: join(folder, 'personalize'),
      AFFINITY_S3_ENDPOINT: endpoint,
      AFFINITY_S3_REGION: region,
      ...credentials,
    },
  });
  const bucket = uniqueName('train');
  const s3 = createS3Client({ endpoint, region, pathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaYaml);
  const personalizeEndpoint = `http://127.0.0.1:${service.port('httpPort')}`;
  const control = new PersonalizeControl(
    { personalizeEndpoint, personalizeRegion: region, personalizeTimeoutMs: 10_000 },
    { signal: new AbortController().signal },
  );
  const environment = (datasetGroup: string): Readonly<Record<string, string>> => ({
    AFFINITY_SCHEMA_FILE: schemaFile,
    AFFINITY_LAKE_DESTINATION: `s3://${bucket}`,
    AFFINITY_LAKE_S3_ENDPOINT: endpoint,
    AFFINITY_LAKE_S3_REGION: region,
    AFFINITY_LAKE_S3_PATH_STYLE: 'true',
    AFFINITY_PERSONALIZE_ENDPOINT: personalizeEndpoint,
    AFFINITY_PERSONALIZE_REGION: region,
    AFFINITY_PERSONALIZE_TIMEOUT_MS: '10000',
    AFFINITY_PERSONALIZE_DATASET_GROUP: datasetGroup,
    AFFINITY_PERSONALIZE_ROLE_ARN: 'arn:aws:iam::000000000000:role/reader',
  });
  return {
    store: new S3ObjectStore(s3, bucket),
    bucket,
    control,
    clientOptions: { endpoint: personalizeEndpoint, region },
    environment,
    credentials,
    affinity: async (datasetGroup, ...args) => {
      const printed: string[] = [];
      try {
        return JSON.parse(await runAffinity(environment(datasetGroup), args, printed)) as unknown;
      } catch (error) {
        throw new CommandFailure(printed.join('\n'), error);
      }
    },
    close: async () => {
      control.close();
      s3.destroy();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A command that failed, and what it had printed. */
export class CommandFailure extends Error {
  constructor(
    readonly printed: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
