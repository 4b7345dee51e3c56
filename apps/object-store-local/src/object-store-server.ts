import { boundPort, drain, listen } from '@affinity/service-kit/http';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { Buckets } from './buckets';
import { type Reply, type Store } from './call';
import { type ObjectStoreConfig } from './config';
import { DataFolder } from './data-folder';
import { S3Error } from './errors';
import { IncomingBody } from './incoming-body';
import { MultipartUploads } from './multipart-uploads';
import { ObjectFiles } from './object-files';
import { findOperation } from './operation-table';
import { errorReply, writeReply } from './reply-writer';
import { parseTarget } from './request-target';
import { verifySignature } from './signature';

/** What the server needs from outside. */
export interface ServerDependencies {
  /** Milliseconds since the epoch: the clock that signatures are judged by. */
  readonly now: () => number;
  /** Told of faults of the server itself, not of refused requests. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

/** A server that has been started. */
export interface ObjectStoreServer {
  readonly port: number;
  /** Refuses new connections, lets requests under way end for at most `graceMs`, then cuts them. Once only. */
  stop(options: { graceMs: number }): Promise<void>;
}

/** Opens the data folder, makes the buckets that must be there and listens. Rejects when either fails. */
export async function startObjectStore(
  config: ObjectStoreConfig,
  dependencies: ServerDependencies,
): Promise<ObjectStoreServer> {
  const folder = await DataFolder.open(config.root);
  const store: Store = {
    buckets: new Buckets(folder),
    objects: new ObjectFiles(folder),
    uploads: new MultipartUploads(folder),
    region: config.region,
  };
  for (const bucket of config.buckets) await ensureBucket(store.buckets, bucket);
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void serve({ config, store, isStopping: () => !server.listening, ...dependencies }, request, response);
  });
  await listen(server, config);
  return { port: boundPort(server), stop: ({ graceMs }) => drain(server, graceMs) };
}

async function ensureBucket(buckets: Buckets, name: string): Promise<void> {
  await buckets.create(name).catch((error: unknown) => {
    if (!(error instanceof S3Error) || error.code !== 'BucketAlreadyOwnedByYou') throw error;
  });
}

interface Context extends ServerDependencies {
  readonly config: ObjectStoreConfig;
  readonly store: Store;
  readonly isStopping: () => boolean;
}

async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('server', 'object-store-local');
  const method = request.method ?? '';
  try {
    const reply = await answer(context, request).catch((error: unknown) => {
      const refusal = S3Error.from(error);
      if (refusal.status >= 500 && refusal.code !== 'NotImplemented' && !request.errored)
        context.onFault(error, requestId);
      return errorReply(refusal, { method, path: request.url ?? '', requestId });
    });
    // While stopping, an idle connection must not keep the server.
    if (context.isStopping()) response.setHeader('connection', 'close');
    await writeReply(response, reply);
  } catch {
    response.destroy(); // the client went away, or must notice that the answer is cut short
  }
}

async function answer({ config, store, now }: Context, request: IncomingMessage): Promise<Reply> {
  const target = parseTarget(request.url ?? '/', request.headers.host ?? '', config.baseHost);
  const signed = { method: request.method ?? '', target, headers: request.headers };
  const signature = verifySignature(signed, config, now());
  const operation = findOperation(signed);
  // Not destroyed on return: a refusal halfway through a body must still reach the client.
  const source: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  const body = new IncomingBody(source, request.headers, signature);
  return operation(store, { target, headers: request.headers, body });
}
