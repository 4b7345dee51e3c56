import {
  DeleteCampaignCommand,
  DeleteDatasetCommand,
  DeleteDatasetGroupCommand,
  DeleteEventTrackerCommand,
  DeleteFilterCommand,
  DeleteSolutionCommand,
  ListCampaignsCommand,
  ListDatasetsCommand,
  ListEventTrackersCommand,
  ListFiltersCommand,
  ListSolutionsCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { PersonalizeEventsClient } from '@aws-sdk/client-personalize-events';
import { PersonalizeRuntimeClient } from '@aws-sdk/client-personalize-runtime';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startServiceProcess, type ServiceProcess, testStack, uniqueName, until } from '@affinity/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the conformance suite runs against. */
export interface ConformanceTarget {
  readonly control: PersonalizeClient;
  readonly events: PersonalizeEventsClient;
  readonly runtime: PersonalizeRuntimeClient;
  /** A role that may read the bucket. */
  readonly roleArn: string;
  /** How long a change of state may take. */
  readonly patienceMs: number;
  /** The stand-in's process; absent against AWS. */
  readonly service?: ServiceProcess;
  /** A name of this run's own. */
  readonly name: (what: string) => string;
  readonly location: (file: string) => string;
  readonly put: (file: string, text: string) => Promise<void>;
  /** Deletes what was made, and stops. */
  close(datasetGroupArn: string | undefined): Promise<void>;
}

const stand = 'arn:aws:iam::000000000000:role/reader';

/**
 * AWS itself when AFFINITY_CONFORMANCE_BUCKET and AFFINITY_CONFORMANCE_ROLE_ARN are set (credentials and region the AWS way;
 * it takes hours and costs money), else the stand-in.
 */
export async function openConformanceTarget(): Promise<ConformanceTarget> {
  const bucket = process.env['AFFINITY_CONFORMANCE_BUCKET'];
  const roleArn = process.env['AFFINITY_CONFORMANCE_ROLE_ARN'];
  return bucket === undefined || roleArn === undefined ? openStandIn() : openAws(bucket, roleArn);
}

function openAws(bucket: string, roleArn: string): ConformanceTarget {
  const control = new PersonalizeClient({});
  const s3 = new S3Client({});
  const prefix = uniqueName('conformance');
  return {
    control,
    events: new PersonalizeEventsClient({}),
    runtime: new PersonalizeRuntimeClient({}),
    roleArn,
    patienceMs: 3 * 3_600_000,
    name: (what) => `${prefix}-${what}`,
    location: (file) => `s3://${bucket}/${prefix}/${file}`,
    put: async (file, text) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${file}`, Body: text }));
    },
    close: async (datasetGroupArn) => {
      if (datasetGroupArn !== undefined) await deleteGroup(control, datasetGroupArn);
    },
  };
}

async function openStandIn(): Promise<ConformanceTarget> {
  const { endpoint, region, accessKeyId, secretAccessKey } = testStack().objectStore;
  const dataDir = await mkdtemp(join(tmpdir(), 'affinity-conformance-'));
  const service = await startServiceProcess({
    app: 'personalize-local',
    env: {
      AFFINITY_HTTP_PORT: '0',
      AFFINITY_METRICS_PORT: '0',
      AFFINITY_DATA_DIR: dataDir,
      AFFINITY_S3_ENDPOINT: endpoint,
      AFFINITY_S3_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  const credentials = { accessKeyId, secretAccessKey };
  const bucket = uniqueName('conformance');
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const options = { endpoint: `http://127.0.0.1:${service.port('httpPort')}`, region, credentials };
  return {
    control: new PersonalizeClient(options),
    events: new PersonalizeEventsClient(options),
    runtime: new PersonalizeRuntimeClient(options),
    roleArn: stand,
    patienceMs: 60_000,
    service,
    name: (what) => `conformance-${what}`,
    location: (file) => `s3://${bucket}/${file}`,
    put: async (file, text) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: file, Body: text }));
    },
    close: async () => {
      s3.destroy();
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Nothing that costs may stay behind. */
async function deleteGroup(control: PersonalizeClient, datasetGroupArn: string): Promise<void> {
  const { filterArns, campaignArns, solutionArns, trackerArns, datasetArns } = await resourcesOf(
    control,
    datasetGroupArn,
  );
  for (const filterArn of filterArns) await control.send(new DeleteFilterCommand({ filterArn }));
  for (const campaignArn of campaignArns) await control.send(new DeleteCampaignCommand({ campaignArn }));
  for (const eventTrackerArn of trackerArns) await control.send(new DeleteEventTrackerCommand({ eventTrackerArn }));
  await untilGone(async () => (await resourcesOf(control, datasetGroupArn)).campaignArns.length === 0, 'campaigns');
  for (const solutionArn of solutionArns) await control.send(new DeleteSolutionCommand({ solutionArn }));
  await untilGone(async () => (await resourcesOf(control, datasetGroupArn)).solutionArns.length === 0, 'solutions');
  for (const datasetArn of datasetArns) await control.send(new DeleteDatasetCommand({ datasetArn }));
  await untilGone(async () => (await resourcesOf(control, datasetGroupArn)).datasetArns.length === 0, 'datasets');
  await control.send(new DeleteDatasetGroupCommand({ datasetGroupArn }));
}

function untilGone(condition: () => Promise<boolean>, what: string): Promise<unknown> {
  return until(condition, 3_600_000, `${what} to be gone`);
}

async function resourcesOf(control: PersonalizeClient, datasetGroupArn: string) {
  const own = { datasetGroupArn };
  const { solutions = [] } = await control.send(new ListSolutionsCommand(own));
  const solutionArns = solutions.map(({ solutionArn = '' }) => solutionArn);
  const campaigns = await Promise.all(
    solutionArns.map((solutionArn) => control.send(new ListCampaignsCommand({ solutionArn }))),
  );
  const { Filters = [] } = await control.send(new ListFiltersCommand(own));
  const { eventTrackers = [] } = await control.send(new ListEventTrackersCommand(own));
  const { datasets = [] } = await control.send(new ListDatasetsCommand(own));
  return {
    solutionArns,
    campaignArns: campaigns.flatMap((page) => (page.campaigns ?? []).map(({ campaignArn = '' }) => campaignArn)),
    filterArns: Filters.map(({ filterArn = '' }) => filterArn),
    trackerArns: eventTrackers.map(({ eventTrackerArn = '' }) => eventTrackerArn),
    datasetArns: datasets.map(({ datasetArn = '' }) => datasetArn),
  };
}
