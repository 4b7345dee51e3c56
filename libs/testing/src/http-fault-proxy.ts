import { once } from 'node:events';
import { Agent, type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProxyTarget } from './tcp-fault-proxy';
import { seededRandom } from './seeded-random';

/** How often a proxy misbehaves: rates from 0 to 1, drawn once per request in the order below. */
export interface HttpFaults {
  /** Answers `ProvisionedThroughputExceededException`; the request is not passed on. */
  readonly throttleRate: number;
  /** Answers an internal server error; the request is not passed on. */
  readonly errorRate: number;
  /** Passes the request on and cuts the connection instead of answering: the write happened, its caller cannot know. */
  readonly dropAnswerRate: number;
  /** Delay of every request. */
  readonly latencyMs: number;
  /** The operations it applies to, as `x-amz-target` ends (`UpdateItem`). Undefined: all. */
  readonly operations?: readonly string[] | undefined;
}

/** What a proxy has done so far. */
export interface HttpFaultCounts {
  readonly passed: number;
  readonly throttled: number;
  readonly failed: number;
  readonly dropped: number;
}

type Verdict = 'passed' | 'throttled' | 'failed' | 'dropped';

/** Starts a proxy without faults on a free port. `seed` (default 1) makes the choice of faults repeatable. */
export async function startHttpFaultProxy(options: { target: ProxyTarget; seed?: number }): Promise<HttpFaultProxy> {
  const proxy = new HttpFaultProxy(options.target, options.seed ?? 1);
  await proxy.listen();
  return proxy;
}

/** An HTTP proxy for DynamoDB that misbehaves on demand. */
export class HttpFaultProxy {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly tally = { passed: 0, throttled: 0, failed: 0, dropped: 0 };
  private readonly server: Server;
  private faults: HttpFaults = { throttleRate: 0, errorRate: 0, dropAnswerRate: 0, latencyMs: 0 };
  private random: () => number;

  /** Use {@link startHttpFaultProxy}. */
  constructor(
    private readonly target: ProxyTarget,
    seed: number,
  ) {
    this.random = seededRandom(seed);
    this.server = createServer((incoming, response) => {
      this.serve(incoming, response).catch(() => response.destroy()); // the target is gone: so is the answer
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:port` */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replaces the named faults, and starts the random sequence anew if a seed is given. */
  setFaults(faults: Partial<HttpFaults>, seed?: number): void {
    this.faults = { ...this.faults, ...faults };
    if (seed !== undefined) this.random = seededRandom(seed);
  }

  /** What was done so far. */
  counts(): HttpFaultCounts {
    return { ...this.tally };
  }

  /** Listens on a free port of 127.0.0.1. */
  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Cuts everything. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    this.agent.destroy();
    await closed;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const verdict = judge(incoming, this.faults, this.random);
    this.tally[verdict] += 1;
    const body = await buffer(incoming);
    if (this.faults.latencyMs > 0) await delay(this.faults.latencyMs);
    if (verdict === 'throttled' || verdict === 'failed') {
      refuse(response, verdict);
      return;
    }
    const answer = await passOn(incoming, body, { ...this.target, agent: this.agent });
    const answerBody = await buffer(answer);
    if (verdict === 'dropped') response.destroy();
    else response.writeHead(answer.statusCode ?? 502, answer.headers).end(answerBody);
  }
}

function judge(incoming: IncomingMessage, faults: HttpFaults, random: () => number): Verdict {
  const operation =
    String(incoming.headers['x-amz-target'] ?? '')
      .split('.')
      .pop() ?? '';
  if (faults.operations && !faults.operations.includes(operation)) return 'passed';
  // All three are drawn each time, so that changing one rate does not shift the sequence of the others.
  const [throttle, fail, drop] = [random(), random(), random()];
  if (throttle < faults.throttleRate) return 'throttled';
  if (fail < faults.errorRate) return 'failed';
  return drop < faults.dropAnswerRate ? 'dropped' : 'passed';
}

function passOn(
  incoming: IncomingMessage,
  body: Buffer,
  target: ProxyTarget & { agent: Agent },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = incoming;
    // The host header stays as it came: the signature covers it.
    const outgoing = request({ ...target, method, path: url, headers }, resolve);
    outgoing.on('error', reject).end(body);
  });
}

function refuse(response: ServerResponse, verdict: 'throttled' | 'failed'): void {
  const [status, type] =
    verdict === 'throttled' ? [400, 'ProvisionedThroughputExceededException'] : [500, 'InternalServerError'];
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'injected by the fault proxy' };
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}
