import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Takes PutItems and PutUsers as Personalize does, and remembers. */
export interface EntityRecorder {
  readonly endpoint: string;
  readonly port: number;
  /** The properties that were taken last, by `items/<id>` and `users/<id>`. */
  readonly latest: ReadonlyMap<string, string>;
  /** Calls that were taken. */
  readonly calls: number;
  /** What was refused, and why. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
}

interface EntityCall {
  readonly datasetArn?: unknown;
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  readonly users?: readonly Readonly<Record<string, unknown>>[];
}

/** Starts a recorder that keeps to the limits of "Amazon Personalize endpoints and quotas". */
export async function startEntityRecorder(): Promise<EntityRecorder> {
  const latest = new Map<string, string>();
  const refusals: string[] = [];
  let calls = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const list = request.url === '/items' ? 'items' : 'users';
    const call = JSON.parse(await text(request)) as EntityCall;
    const problem = problemOf(call, list);
    if (problem !== undefined) {
      refusals.push(problem);
      response
        .writeHead(400, { 'x-amzn-errortype': 'InvalidInputException' })
        .end(JSON.stringify({ message: problem }));
      return;
    }
    calls += 1;
    for (const entity of call[list] ?? []) {
      const { properties } = entity;
      latest.set(`${list}/${String(entity[idOf(list)])}`, typeof properties === 'string' ? properties : '');
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    latest,
    get calls() {
      return calls;
    },
    refusals,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function idOf(list: 'items' | 'users'): string {
  return list === 'items' ? 'itemId' : 'userId';
}

function problemOf(call: EntityCall, list: 'items' | 'users'): string | undefined {
  const entities = call[list] ?? [];
  if (typeof call.datasetArn !== 'string' || !call.datasetArn.endsWith(list.toUpperCase())) return 'datasetArn';
  if (entities.length < 1 || entities.length > 10) return `${list}: ${entities.length} entries`;
  const ids = entities.map((entity) => entity[idOf(list)]);
  if (ids.some((id) => typeof id !== 'string' || id === '' || id.length > 256)) return `${list}: ids`;
  if (new Set(ids).size < ids.length) return `${list}: ids repeat`;
  const badProperties = entities.some(({ properties }) => properties !== undefined && !isJsonObject(properties));
  return badProperties ? `${list}: properties` : undefined;
}

function isJsonObject(properties: unknown): boolean {
  if (typeof properties !== 'string') return false;
  const parsed: unknown = JSON.parse(properties);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
}
