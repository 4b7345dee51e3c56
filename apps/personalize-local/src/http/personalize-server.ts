import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Component, Logger } from '@affinity/service-kit';
import { boundPort, drain, listen } from '@affinity/service-kit/http';
import { AwsError } from '../errors';
import type { OperationContext } from '../operations/operation';
import { RequestMembers } from '../wire/request-members';
import { findOperation } from './operation-table';
import { readBody } from './request-body';
import { requireSignature } from './signature-presence';

/** What the server needs. */
export interface PersonalizeServerOptions {
  readonly host: string;
  /** 0 takes a free port; the ready line tells it as `httpPort`, beside the tracking id and the ARNs. */
  readonly port: number;
  readonly context: OperationContext;
  readonly logger: Logger;
  /** What the ready line tells besides the port. */
  readonly readyFields: Readonly<Record<string, string>>;
  /** Told of each request: its operation, the error's name or `none`, and how long it took. */
  readonly onServed: (operation: string, error: string, seconds: number) => void;
}

/** Serves Personalize's runtime and events operations in AWS's REST-JSON protocol, and its control plane in JSON 1.1, on one port. */
export function createPersonalizeServer(options: PersonalizeServerOptions): Component {
  const server = createServer((request, response) => void serve(options, { request, response, server }));
  return {
    name: 'personalize-server',
    start: () => listen(server, options),
    stop: ({ graceMs }) => drain(server, graceMs / 2),
    readyFields: () => ({ httpPort: boundPort(server), ...options.readyFields }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

async function serve(options: PersonalizeServerOptions, exchange: Exchange): Promise<void> {
  const { request, response, server } = exchange;
  const startedAt = performance.now();
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  const isControl = request.headers['x-amz-target'] !== undefined;
  response.setHeader('content-type', isControl ? 'application/x-amz-json-1.1' : 'application/json');
  const asked = { operation: 'unknown' };
  try {
    const members = await answer(options, request, asked);
    write(response, { status: 200, body: members, last: !server.listening });
    options.onServed(asked.operation, 'none', (performance.now() - startedAt) / 1_000);
  } catch (error) {
    const refusal = AwsError.from(error);
    if (refusal.status >= 500 && !request.destroyed)
      options.logger.error({ err: refusal.cause, requestId }, 'request failed');
    refuse(response, refusal, !server.listening);
    options.onServed(asked.operation, refusal.name, (performance.now() - startedAt) / 1_000);
  }
}

async function answer(
  { context }: PersonalizeServerOptions,
  request: IncomingMessage,
  asked: { operation: string },
): Promise<object> {
  const target = request.headers['x-amz-target'];
  const operation = findOperation({
    method: request.method ?? '',
    url: request.url ?? '',
    target: typeof target === 'string' ? target : undefined,
  });
  asked.operation = operation.name;
  requireSignature(request.headers.authorization);
  return operation.run(RequestMembers.parse(await readBody(request)), context);
}

function refuse(response: ServerResponse, { name, status, message }: AwsError, stopping: boolean): void {
  response.setHeader('x-amzn-errortype', name);
  // The rest of a body that was not read must not be taken for the next request.
  write(response, { status, body: { __type: name, message }, last: stopping || status === 413 });
}

/** `last`: the connection ends with this answer; while stopping, an idle one must not keep the server. */
function write(response: ServerResponse, answer: { status: number; body: object; last: boolean }): void {
  if (answer.last) response.setHeader('connection', 'close');
  response.writeHead(answer.status).end(JSON.stringify(answer.body));
}
