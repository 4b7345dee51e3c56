import { Client } from '@grpc/grpc-js';
import { unavailable } from '../errors';
import { retry } from '../resilience/retry';
import { createRetryBudget } from '../resilience/retry-budget';
import { channelOptions, createChannelCredentials } from './channel';
import {
  callBidiStreaming,
  callClientStreaming,
  callServerStreaming,
  callUnary,
  outgoingMetadata,
  type OutgoingCall,
} from './client-calls';
import { type CallOptions, type GrpcClient, type GrpcClientOptions } from './client-types';
import { type AnyMethod, type AnyService } from './service-definition';

const defaultMaxMessageBytes = 4 * 1024 * 1024;

/**
 * A client whose calls are functions: unary ones return promises, streams are async iterables. Each unary call has a
 * deadline, the active trace goes along, failures are AffinityErrors with the details that the server sent. Idempotent
 * methods are repeated while the service is unavailable or asks to come back, within deadline and retry budget.
 * @param service a generated client constructor, or anything else with the definition as `service`
 */
export function createGrpcClient<D extends AnyService>(
  { service }: { readonly service: D },
  options: GrpcClientOptions<D>,
): GrpcClient<D> {
  const maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const client = new Client(options.address, createChannelCredentials(options.tls), channelOptions(maxMessageBytes));
  const repeat = createRepeater(options);
  const callers = Object.entries(service).map(([name, method]) => {
    const prepare = (callOptions: CallOptions) => prepareCall(client, method, callOptions, options);
    return [name, createCaller(method, prepare, repeat(name))] as const;
  });
  // Safe: each caller was made from the method whose types it gets here.
  const calls = Object.fromEntries(callers) as unknown as { readonly [K in keyof D]: GrpcClient<D>[K] };
  return {
    ...calls,
    waitForReady: (timeoutMs: number) => waitForReady(client, timeoutMs, options.address),
    close: () => client.close(),
  } as GrpcClient<D>;
}

type Repeat = (call: OutgoingCall, request: unknown) => Promise<unknown>;

function createRepeater<D extends AnyService>({ retry: retryOptions }: GrpcClientOptions<D>): (name: string) => Repeat {
  const budget = createRetryBudget();
  return (name) => {
    if (retryOptions === undefined || !retryOptions.idempotent.includes(name)) return callUnary;
    const { attempts = 3, baseDelayMs = 50 } = retryOptions;
    return (call, request) => {
      const { deadlineAt, signal } = call;
      const bounds = { attempts, baseDelayMs, deadlineAt, budget, ...(signal === undefined ? {} : { signal }) };
      return retry(() => callUnary(call, request), bounds);
    };
  };
}

function createCaller(method: AnyMethod, prepare: (options: CallOptions) => OutgoingCall, repeat: Repeat) {
  return (request: unknown, options: CallOptions = {}) => {
    const call = prepare(options);
    const requests = request as AsyncIterable<unknown>;
    if (method.requestStream && method.responseStream) return callBidiStreaming(call, requests);
    if (method.requestStream) return callClientStreaming(call, requests);
    return method.responseStream ? callServerStreaming(call, request) : repeat(call, request);
  };
}

function prepareCall<D extends AnyService>(
  client: Client,
  method: AnyMethod,
  callOptions: CallOptions,
  { defaultDeadlineMs, apiKey }: GrpcClientOptions<D>,
): OutgoingCall {
  const streaming = method.requestStream || method.responseStream;
  const timeoutMs = callOptions.timeoutMs ?? (streaming ? Infinity : defaultDeadlineMs);
  return {
    client,
    method,
    deadlineAt: Math.min(Date.now() + timeoutMs, callOptions.deadlineAt ?? Infinity),
    signal: callOptions.signal,
    metadata: outgoingMetadata(callOptions, apiKey?.reveal()),
  };
}

function waitForReady(client: Client, timeoutMs: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (error) => {
      if (error === undefined) resolve();
      else reject(unavailable(`no connection to ${address} within ${timeoutMs} ms`, { cause: error }));
    });
  });
}
