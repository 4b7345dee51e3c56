import { PersonalizeEventsClient, PutEventsCommand, type Event } from '@aws-sdk/client-personalize-events';
import {
  GetPersonalizedRankingCommand,
  GetRecommendationsCommand,
  PersonalizeRuntimeClient,
} from '@aws-sdk/client-personalize-runtime';
import { startServiceProcess, type ServiceProcess } from '@affinity/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The ARNs of the default configuration. */
export const arns = {
  visitor: 'arn:aws:personalize:eu-central-1:000000000000:campaign/affinity-user-personalization',
  related: 'arn:aws:personalize:eu-central-1:000000000000:campaign/affinity-related-items',
  ranking: 'arn:aws:personalize:eu-central-1:000000000000:campaign/affinity-personalized-ranking',
  items: 'arn:aws:personalize:eu-central-1:000000000000:dataset/affinity/ITEMS',
  users: 'arn:aws:personalize:eu-central-1:000000000000:dataset/affinity/USERS',
};

/** The tracking id of the default configuration. */
export const trackingId = 'affinity-tracker';

/** A stand-in that runs, and the AWS clients as anybody would make them, but for the endpoint. */
export interface RunningPersonalize {
  readonly service: ServiceProcess;
  readonly endpoint: string;
  readonly events: PersonalizeEventsClient;
  readonly runtime: PersonalizeRuntimeClient;
  /** Puts views, one call each, in order. */
  view(userId: string | undefined, ...itemIds: readonly string[]): Promise<void>;
  putEvents(events: readonly Event[], userId?: string): Promise<void>;
  recommend(userId: string, numResults?: number): Promise<string[]>;
  rank(userId: string, inputList: readonly string[]): Promise<string[]>;
  /** A number from /metrics; 0 when it is not there. */
  metric(name: string): Promise<number>;
  /** Kills it, starts it again on the same data, and points the clients at it. */
  killAndRestart(): Promise<RunningPersonalize>;
  close(): Promise<void>;
}

let counter = 0;

/** A view of an item, with an id of its own. */
export function view(itemId: string, over: Partial<Event> = {}): Event {
  counter += 1;
  return { eventType: 'view', sentAt: new Date(), eventId: `event-${counter}`, itemId, ...over };
}

/** Starts the stand-in on a folder of its own. */
export async function startPersonalize(env: Readonly<Record<string, string>> = {}): Promise<RunningPersonalize> {
  const dataDir = await mkdtemp(join(tmpdir(), 'affinity-personalize-'));
  try {
    const given = { AFFINITY_HTTP_PORT: '0', AFFINITY_METRICS_PORT: '0', AFFINITY_DATA_DIR: dataDir, ...env };
    return connect(await startServiceProcess({ app: 'personalize-local', env: given }), dataDir);
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

function connect(service: ServiceProcess, dataDir: string): RunningPersonalize {
  const endpoint = `http://127.0.0.1:${service.port('httpPort')}`;
  const options = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'anyone', secretAccessKey: 'anything' },
  };
  const events = new PersonalizeEventsClient(options);
  const runtime = new PersonalizeRuntimeClient(options);
  const putEvents = async (eventList: readonly Event[], userId?: string): Promise<void> => {
    const actor = { sessionId: `session of ${userId ?? 'a stranger'}`, ...(userId === undefined ? {} : { userId }) };
    await events.send(new PutEventsCommand({ trackingId, ...actor, eventList: [...eventList] }));
  };
  return {
    service,
    endpoint,
    events,
    runtime,
    putEvents,
    view: async (userId, ...itemIds) => {
      for (const itemId of itemIds) await putEvents([view(itemId)], userId);
    },
    recommend: async (userId, numResults = 10) => {
      const command = new GetRecommendationsCommand({ campaignArn: arns.visitor, userId, numResults });
      return idsOf((await runtime.send(command)).itemList);
    },
    rank: async (userId, inputList) => {
      const command = new GetPersonalizedRankingCommand({
        campaignArn: arns.ranking,
        userId,
        inputList: [...inputList],
      });
      return idsOf((await runtime.send(command)).personalizedRanking);
    },
    metric: (name) => readMetric(service, name),
    killAndRestart: async () => {
      await service.kill();
      await service.restart();
      return connect(service, dataDir);
    },
    close: async () => {
      events.destroy();
      runtime.destroy();
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function idsOf(items: readonly { readonly itemId?: string | undefined }[] | undefined): string[] {
  return (items ?? []).map(({ itemId }) => itemId ?? '');
}

async function readMetric(service: ServiceProcess, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${service.port('metricsPort')}/metrics`);
  const line = (await response.text())
    .split('\n')
    .find((text) => text.startsWith(`${name}{`) || text.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}
