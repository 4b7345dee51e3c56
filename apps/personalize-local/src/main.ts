import { latencyBucketsSeconds, resource, runService, type ServiceContext } from '@affinity/service-kit';
import { type PersonalizeLocalConfig, personalizeLocalSettings } from './config';
import { AwsError } from './errors';
import { createPersonalizeServer } from './http/personalize-server';
import { Journal, JournalBusyError } from './journal/journal';
import { JournalFolder } from './journal/journal-folder';
import { TransitionModel } from './model/transition-model';
import { Recommender, type RecommenderRecord } from './recommender';
import { resourceNames } from './resource-names';

const dayMs = 86_400_000;
/** Records that may wait for the disk: a second or so of a slow one. */
const maxWaiting = 20_000;

void runService(
  {
    name: 'personalize-local',
    version: '0.1.0',
    summary: 'Stands in for Amazon Personalize, runtime and events, with a model of our own.',
    settings: personalizeLocalSettings,
    process,
  },
  build,
);

async function build(context: ServiceContext<PersonalizeLocalConfig>): Promise<void> {
  const { config, logger } = context;
  const recommender = createRecommender(config);
  const journal = await Journal.open<RecommenderRecord>({
    folder: await JournalFolder.open(config.dataDir),
    state: recommender,
    snapshotBytes: config.snapshotBytes,
    maxBytes: config.maxJournalBytes,
    maxWaiting,
  });
  context.add(resource('journal', () => journal.close()));
  const names = resourceNames(config);
  logger.info(recommender.counts, 'restored');
  watchLearning(context, recommender);
  context.add(
    createPersonalizeServer({
      host: config.httpHost,
      port: config.httpPort,
      context: {
        recommender,
        names,
        trackingId: config.trackingId,
        record: (records) => journal.append(records).catch(throwAnswer),
        nowMs: Date.now,
      },
      logger,
      onServed: countRequests(context),
    }),
  );
}

function createRecommender(config: PersonalizeLocalConfig): Recommender {
  const model = new TransitionModel({
    maxItems: config.maxItems,
    maxVisitors: config.maxVisitors,
    maxVisitsPerVisitor: config.maxVisitsPerVisitor,
    popularityHalfLifeMs: config.popularityHalfLifeDays * dayMs,
    transitionHalfLifeMs: config.transitionHalfLifeDays * dayMs,
  });
  return new Recommender({ model, ...config });
}

function throwAnswer(error: unknown): never {
  if (error instanceof JournalBusyError) throw new AwsError('ThrottlingException', 'Rate exceeded', { cause: error });
  throw error;
}

function watchLearning({ metrics }: ServiceContext<PersonalizeLocalConfig>, recommender: Recommender): void {
  metrics.gauge({
    name: 'affinity_personalize_events_learned',
    help: 'Events that the model learned from',
    read: () => recommender.counts.learned,
  });
  metrics.gauge({
    name: 'affinity_personalize_events_repeated',
    help: 'Events that were known already by their id',
    read: () => recommender.counts.repeated,
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
