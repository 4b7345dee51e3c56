import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { type AffinityError, fromUnknown } from '../errors';
import { type ServerCallContext } from './call-context';
import { admit, type CallRuntime, requireMessage, runTraced, toPublicError } from './call-runtime';
import { toGrpcStatus } from './grpc-status';
import { type AnyMethod, type ErasedHandler } from './service-definition';

type Readable = ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;
type Writable = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

/** A method with one request and many answers for grpc-js. */
export function serverStreamingMethod(
  method: AnyMethod,
  handler: ErasedHandler,
  runtime: CallRuntime,
): handleServerStreamingCall<unknown, unknown> {
  const run = streamRunner(method, runtime);
  return (call) => {
    const respond = (context: ServerCallContext) => handler(requireMessage(call.request), context);
    void run(call, (context) => pump(respond(context) as AsyncIterable<unknown>, call, context.signal)).then((error) =>
      finish(call, error),
    );
  };
}

/** A method with many requests and many answers for grpc-js. */
export function bidiStreamingMethod(
  method: AnyMethod,
  handler: ErasedHandler,
  runtime: CallRuntime,
): handleBidiStreamingCall<unknown, unknown> {
  const run = streamRunner(method, runtime);
  return (call) => {
    const respond = (context: ServerCallContext) => handler(requestsOf(call, context), context);
    void run(call, (context) => pump(respond(context) as AsyncIterable<unknown>, call, context.signal)).then((error) =>
      finish(call, error),
    );
  };
}

/** A method with many requests and one answer for grpc-js. */
export function clientStreamingMethod(
  method: AnyMethod,
  handler: ErasedHandler,
  runtime: CallRuntime,
): handleClientStreamingCall<unknown, unknown> {
  const run = streamRunner(method, runtime);
  return (call, callback) => {
    let response: unknown;
    const respond = async (context: ServerCallContext) => {
      response = await handler(requestsOf(call, context), context);
    };
    void run(call, respond).then((error) => {
      if (error === undefined) callback(null, response);
      else callback(toGrpcStatus(error));
    });
  };
}

type StreamCall = Readable | Writable;

/** Admits and counts streams of one method; resolves with the error to tell the caller, never rejects. */
function streamRunner({ path }: AnyMethod, runtime: CallRuntime) {
  const meter = runtime.metrics.method(path);
  return async (
    call: StreamCall,
    work: (context: ServerCallContext) => Promise<void>,
  ): Promise<AffinityError | undefined> => {
    const error = await admitAndRun(call, path.slice(1), runtime, work);
    meter.ended(error?.code ?? 'OK');
    return error;
  };
}

async function admitAndRun(
  call: StreamCall,
  method: string,
  runtime: CallRuntime,
  work: (context: ServerCallContext) => Promise<void>,
): Promise<AffinityError | undefined> {
  let context: ServerCallContext;
  try {
    context = admit(call, method, runtime.streamSlots, runtime);
  } catch (error) {
    return fromUnknown(error);
  }
  try {
    const { signal } = context; // A stream always needs it: whoever waits for the network must hear of the end.
    await runTraced(context, runtime.recordsSpans, () => work(context));
    return signal.aborted ? fromUnknown(signal.reason) : undefined;
  } catch (error) {
    return context.signal.aborted ? fromUnknown(context.signal.reason) : toPublicError(error, context);
  } finally {
    context.markAnswered();
    runtime.streamSlots.leave();
  }
}

/** Requests as the handler pulls them; ends with the signal's reason when the caller goes away. */
async function* requestsOf(call: Readable, context: ServerCallContext): AsyncIterable<unknown> {
  try {
    // A handler may stop reading and still answer, so leaving the loop must not destroy the call.
    for await (const message of call.iterator({ destroyOnReturn: false })) yield requireMessage(message);
    // A connection that breaks also ends the requests, and grpc-js says `cancelled` only after that. Without this turn a
    // handler would take half of the requests for all of them.
    await setImmediate();
    context.signal.throwIfAborted();
  } catch (error) {
    throw context.signal.aborted ? context.signal.reason : error;
  }
}

/** Writes answers as fast as the network takes them: the next one is not asked for while the buffer is full. */
async function pump(answers: AsyncIterable<unknown>, call: Writable, signal: AbortSignal): Promise<void> {
  for await (const answer of answers) {
    signal.throwIfAborted();
    // grpc-js never calls back for a write to a cancelled call, so the wait must end with the signal.
    if (!call.write(answer)) await once(call, 'drain', { signal });
  }
}

function finish(call: Writable, error: AffinityError | undefined): void {
  if (call.cancelled || call.destroyed) return;
  if (error === undefined) call.end();
  else call.emit('error', toGrpcStatus(error));
}
