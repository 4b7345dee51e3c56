import { until, type ServiceProcess } from '@affinity/testing';
import { startAnsweringProxy, type AnsweringProxy } from './answering-proxy';
import { entityFeedEnv, openEntityTables, type EntityTables } from './entity-tables';
import { startFeedFixture, type FeedFixture } from './feed-fixture';

/** A feed of items and users at work, whose way to one of its servers can be judged. */
export interface EntityFixture {
  readonly base: FeedFixture;
  readonly proxy: AnsweringProxy;
  readonly tables: EntityTables;
  readonly feed: ServiceProcess;
  /** Resolves when Personalize has these entities (`item/<id>`, `user/<id>`) with these properties. */
  known(wanted: Readonly<Record<string, string>>): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a feed behind a proxy in front of one of its servers. */
export async function startEntityFixture(judged: 'personalize' | 'dynamodb'): Promise<EntityFixture> {
  const base = await startFeedFixture();
  const { hostname: host, port } = new URL(base.stack.addresses.dynamodb.endpoint);
  const proxy = await startAnsweringProxy(
    judged === 'dynamodb' ? { host, port: Number(port) } : { host: '127.0.0.1', port: base.personalizePort },
  );
  const tables = openEntityTables(base);
  const variable = judged === 'dynamodb' ? 'AFFINITY_DYNAMO_ENDPOINT' : 'AFFINITY_PERSONALIZE_ENDPOINT';
  const feed = await base.startFeed({ ...entityFeedEnv, [variable]: proxy.endpoint });
  return {
    base,
    proxy,
    tables,
    feed,
    known: (wanted) =>
      until(
        async () => {
          const entities = await base.entities();
          return Object.entries(wanted).every(([key, properties]) => entities.get(key) === properties);
        },
        30_000,
        `Personalize to know ${Object.keys(wanted).slice(0, 5).join(', ')}`,
      ),
    close: async () => {
      await feed.stop();
      await proxy.stop();
      tables.close();
      await base.close();
    },
  };
}
