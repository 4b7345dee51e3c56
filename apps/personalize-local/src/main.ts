import { untrainedParameters } from '@affinity/domain';
import { latencyBucketsSeconds, resource, runService, type ServiceContext } from '@affinity/service-kit';
import { S3Client } from '@aws-sdk/client-s3';
import { type PersonalizeLocalConfig, personalizeLocalSettings } from './config';
import { ControlPlane } from './control/control-plane';
import { Lifecycle } from './control/lifecycle';
import { createWork, tidyAfter, type WorkTools } from './control/work';
import { defaultResources } from './default-resources';
import { AwsError } from './errors';
import { createPersonalizeServer } from './http/personalize-server';
import { Journal, JournalBusyError } from './journal/journal';
import { JournalFolder } from './journal/journal-folder';
import { S3CsvObjects } from './objects/csv-objects';
import { PersonalizeState } from './personalize-state';
import type { StateRecord } from './recorded';
import { arnMaker, resourceNames } from './resource-names';

const dayMs = 86_400_000;
/** Records that may wait for the disk: a second or so of a slow one. */
const maxWaiting = 20_000;

void runService(
  {
    name: 'personalize-local',
    version: '0.1.0',
    summary: 'Stands in for Amazon Personalize: runtime, events and control plane, with a model of our own.',
    settings: personalizeLocalSettings,
    process,
  },
  build,
);

async function build(context: ServiceContext<PersonalizeLocalConfig>): Promise<void> {
  const { config, logger } = context;
  const names = resourceNames(config);
  const state = createState(config);
  const journal = await Journal.open<StateRecord>({
    folder: await JournalFolder.open(config.dataDir),
    state,
    snapshotBytes: config.snapshotBytes,
    maxBytes: config.maxJournalBytes,
    maxWaiting,
  });
  context.add(resource('journal', () => journal.close()));
  logger.info(state.counts, 'restored');
  watchLearning(context, state);
  const record = (records: readonly StateRecord[]): Promise<void> => journal.append(records);
  const tools: WorkTools = { state, record, objects: csvObjects(config), nowMs: Date.now };
  const lifecycle = new Lifecycle({
    resources: state.resources,
    work: createWork(tools),
    tidy: (gone) => tidyAfter(gone, tools),
    record,
    logger,
    nowMs: Date.now,
  });
  context.add({ name: 'lifecycle', start: () => lifecycle.start(), stop: () => lifecycle.stop() });
  const answering = (records: readonly StateRecord[]): Promise<void> => record(records).catch(throwAnswer);
  const control = new ControlPlane({
    resources: state.resources,
    lifecycle,
    arn: arnMaker(config),
    record: answering,
    nowMs: Date.now,
  });
  context.add(
    createPersonalizeServer({
      host: config.httpHost,
      port: config.httpPort,
      context: { state, control, record: answering, nowMs: Date.now },
      readyFields: { trackingId: config.trackingId, ...names },
      logger,
      onServed: countRequests(context),
    }),
  );
}

function createState(config: PersonalizeLocalConfig): PersonalizeState {
  const { maxItems, maxVisitors, maxVisitsPerVisitor } = config;
  const popularityHalfLifeMs = config.popularityHalfLifeDays * dayMs;
  return new PersonalizeState({
    recommender: { limits: { maxItems, maxVisitors, maxVisitsPerVisitor, popularityHalfLifeMs }, ...config },
    defaults: defaultResources(resourceNames(config), config.trackingId),
    untrained: { ...untrainedParameters, transitionHalfLifeMs: config.transitionHalfLifeDays * dayMs },
  });
}

function csvObjects({ s3Endpoint, s3Region }: PersonalizeLocalConfig): S3CsvObjects | undefined {
  if (s3Endpoint === undefined) return undefined;
  return new S3CsvObjects(new S3Client({ endpoint: s3Endpoint, region: s3Region, forcePathStyle: true }));
}

function throwAnswer(error: unknown): never {
  if (error instanceof JournalBusyError) throw new AwsError('ThrottlingException', 'Rate exceeded', { cause: error });
  throw error;
}

function watchLearning({ metrics }: ServiceContext<PersonalizeLocalConfig>, state: PersonalizeState): void {
  metrics.gauge({
    name: 'affinity_personalize_events_learned',
    help: 'Events that the models learned from',
    read: () => state.counts.learned,
  });
  metrics.gauge({
    name: 'affinity_personalize_events_repeated',
    help: 'Events that were known already by their id',
    read: () => state.counts.repeated,
  });
}

function countRequests({ metrics }: ServiceContext<PersonalizeLocalConfig>) {
  const latency = metrics.histogram<'operation' | 'error'>({
    name: 'affinity_personalize_request_seconds',
    help: 'Time to answer a request',
    labels: ['operation', 'error'],
    buckets: latencyBucketsSeconds,
  });
  return (operation: string, error: string, seconds: number): void => latency.observe({ operation, error }, seconds);
}
