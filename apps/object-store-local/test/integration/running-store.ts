import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type ObjectStoreServer, startObjectStore } from '../../src/object-store-server';

/** What the tests sign with. */
export const CREDENTIALS = { accessKeyId: 'testkey', secretAccessKey: 'a-secret-of-the-tests' };

/** A server in this process on its own folder. */
export interface RunningStore {
  readonly root: string;
  readonly endpoint: string;
  /** An unmodified AWS client; closed by `stop`. */
  client(overrides?: S3ClientConfig): S3Client;
  /** Stops the server and starts another on the same folder and a new port. */
  restart(): Promise<void>;
  /** Faults of the server so far: what it answered 500 to. */
  readonly faults: unknown[];
  stop(): Promise<void>;
}

/** Starts a server on a temporary folder. */
export async function runStore(): Promise<RunningStore> {
  const root = await mkdtemp(join(tmpdir(), 'object-store-'));
  const faults: unknown[] = [];
  const clients: S3Client[] = [];
  let server = await start(root, faults);
  const endpoint = (): string => `http://127.0.0.1:${server.port}`;
  return {
    root,
    faults,
    get endpoint() {
      return endpoint();
    },
    client(overrides = {}) {
      const base = { region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true, endpoint: endpoint() };
      const client = new S3Client({ ...base, ...overrides });
      clients.push(client);
      return client;
    },
    async restart() {
      await server.stop({ graceMs: 1000 });
      server = await start(root, faults);
    },
    async stop() {
      for (const client of clients) client.destroy();
      await server.stop({ graceMs: 1000 });
      await rm(root, { recursive: true, force: true });
    },
  };
}

function start(root: string, faults: unknown[]): Promise<ObjectStoreServer> {
  const config = {
    port: 0,
    host: '127.0.0.1',
    root,
    region: 'us-east-1',
    accessKey: CREDENTIALS.accessKeyId,
    secretKey: CREDENTIALS.secretAccessKey,
    baseHost: 'localhost',
    buckets: [],
    drainMs: 1000,
  };
  return startObjectStore(config, { now: Date.now, onFault: (error) => void faults.push(error) });
}
