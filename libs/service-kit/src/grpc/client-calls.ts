import { once } from 'node:events';
import { type Client, type ClientDuplexStream, type ClientWritableStream, Metadata } from '@grpc/grpc-js';
import { AffinityError, fromUnknown } from '../errors';
import { injectTrace } from '../tracing/trace-context';
import { type CallOptions } from './client-types';
import { type FailedCall, fromGrpcError } from './grpc-status';
import { type AnyMethod } from './service-definition';

/** A call about to be made: everything decided. */
export interface OutgoingCall {
  readonly client: Client;
  readonly method: AnyMethod;
  /** Epoch milliseconds or Infinity. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
  readonly metadata: Metadata;
}

/** Metadata of a call: what the caller gave, the API key, and the active trace. */
export function outgoingMetadata({ metadata }: CallOptions, apiKey: string | undefined): Metadata {
  const outgoing = metadata?.clone() ?? new Metadata();
  if (apiKey !== undefined) outgoing.set('authorization', `Bearer ${apiKey}`);
  injectTrace((name, value) => outgoing.set(name, value));
  return outgoing;
}

/** One request, one answer. */
export function callUnary(call: OutgoingCall, request: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (call.signal?.aborted === true) {
      reject(fromUnknown(call.signal.reason));
      return;
    }
    const { path, serialize, deserialize } = codecOf(call.method);
    const options = { deadline: call.deadlineAt };
    const sent = call.client.makeUnaryRequest(
      path,
      serialize,
      deserialize,
      request,
      call.metadata,
      options,
      (error, value) => {
        call.signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(value);
        else reject(toAffinityError(error, call.signal));
      },
    );
    const cancel = () => sent.cancel();
    call.signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** One request, many answers. The call begins when the first answer is asked for, and is cancelled when nobody asks on. */
export async function* callServerStreaming(call: OutgoingCall, request: unknown): AsyncGenerator {
  const { path, serialize, deserialize } = codecOf(call.method);
  const options = { deadline: call.deadlineAt };
  const stream = call.client.makeServerStreamRequest(path, serialize, deserialize, request, call.metadata, options);
  yield* answersOf(stream, call.signal);
}

/** Many requests, many answers, each side at its own pace. */
export async function* callBidiStreaming(call: OutgoingCall, requests: AsyncIterable<unknown>): AsyncGenerator {
  const { path, serialize, deserialize } = codecOf(call.method);
  const stream = call.client.makeBidiStreamRequest(path, serialize, deserialize, call.metadata, {
    deadline: call.deadlineAt,
  });
  void send(stream, requests);
  yield* answersOf(stream, call.signal);
}

/** Many requests, one answer. */
export function callClientStreaming(call: OutgoingCall, requests: AsyncIterable<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { path, serialize, deserialize } = codecOf(call.method);
    const options = { deadline: call.deadlineAt };
    const stream = call.client.makeClientStreamRequest(
      path,
      serialize,
      deserialize,
      call.metadata,
      options,
      (error, value) => {
        call.signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(value);
        else reject(toAffinityError(error, call.signal));
      },
    );
    const cancel = () => stream.cancel();
    if (call.signal?.aborted === true) cancel();
    call.signal?.addEventListener('abort', cancel, { once: true });
    // A source that fails must be told apart from a server that does.
    void send(stream, requests).then((failure) => failure !== undefined && reject(failure));
  });
}

function codecOf(method: AnyMethod) {
  // The generic types of the client tie each message to its method; in here they are unknown.
  const serialize = method.requestSerialize as (value: unknown) => Buffer;
  return { path: method.path, serialize, deserialize: method.responseDeserialize };
}

type CancellableStream = AsyncIterable<unknown> & { cancel(): void };

async function* answersOf(stream: CancellableStream, signal: AbortSignal | undefined): AsyncGenerator {
  const cancel = () => stream.cancel();
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    yield* stream;
  } catch (error) {
    throw toAffinityError(error, signal);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel(); // Does nothing to a call that has ended.
  }
}

type RequestStream = ClientWritableStream<unknown> | ClientDuplexStream<unknown, unknown>;

/** Sends requests as fast as the network takes them; resolves with the failure of their source, if any. */
async function send(stream: RequestStream, requests: AsyncIterable<unknown>): Promise<AffinityError | undefined> {
  const ended = new AbortController();
  stream.once('status', () => ended.abort());
  try {
    for await (const request of requests) {
      if (ended.signal.aborted) return undefined;
      if (!stream.write(request)) await once(stream, 'drain', { signal: ended.signal });
    }
    stream.end();
    return undefined;
  } catch (error) {
    if (ended.signal.aborted) return undefined; // The answer side tells why.
    stream.cancel();
    return fromUnknown(error);
  }
}

function toAffinityError(error: unknown, signal: AbortSignal | undefined): AffinityError {
  if (signal?.aborted === true && signal.reason instanceof AffinityError) return signal.reason;
  const isFromGrpc = error instanceof Error && 'details' in error && 'code' in error;
  return isFromGrpc ? fromGrpcError(error as FailedCall) : fromUnknown(error);
}
