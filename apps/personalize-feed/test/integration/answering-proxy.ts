import { once } from 'node:events';
import { createServer, request as passOn, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A call of an AWS client. */
export interface AwsCall {
  /** What is called: the path, or for DynamoDB the operation such as `GetRecords`. */
  readonly operation: string;
  readonly body: string;
}

/** An error as AWS answers it. */
export interface AwsAnswer {
  readonly type: string;
  readonly message: string;
}

/** Decides which calls get an error instead of being passed on. */
export type Judge = (call: AwsCall) => AwsAnswer | undefined;

/** Stands before an AWS service, and answers in its place where that cannot be brought to an error that AWS has. */
export interface AnsweringProxy {
  readonly endpoint: string;
  /** Errors answered so far. */
  readonly answered: number;
  judge: Judge;
  stop(): Promise<void>;
}

/** Starts a proxy that passes everything on until it is given a judge. */
export async function startAnsweringProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<AnsweringProxy> {
  let answered = 0;
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const answer = proxy.judge({ operation: operationOf(incoming), body: body.toString() });
    if (answer !== undefined) {
      answered += 1;
      const content = JSON.stringify({ __type: answer.type, message: answer.message });
      response.writeHead(400, { 'x-amzn-errortype': answer.type, 'content-type': 'application/json' }).end(content);
      return;
    }
    const { method, url: path, headers } = incoming;
    const outgoing = passOn({ ...target, method, path, headers }, (passed) => {
      response.writeHead(passed.statusCode ?? 502, passed.headers);
      passed.pipe(response);
    });
    outgoing.on('error', () => response.destroy()).end(body);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: AnsweringProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get answered() {
      return answered;
    },
    judge: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function operationOf({ url = '', headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? (target.split('.').at(-1) ?? '') : url;
}
