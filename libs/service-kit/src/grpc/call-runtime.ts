import { randomUUID } from 'node:crypto';
import { type AffinityError, fromUnknown, internal, invalidArgument } from '../errors';
import { type Logger } from '../logging/logger';
import { type Semaphore } from '../resilience/semaphore';
import { extractTrace } from '../tracing/trace-context';
import { withSpan } from '../tracing/with-span';
import { type Authenticate } from './api-keys';
import { ServerCallContext, type UnderlyingCall } from './call-context';
import { type ServerMetrics } from './server-metrics';

/** What all calls of a server share. */
export interface CallRuntime {
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly unarySlots: Semaphore;
  readonly streamSlots: Semaphore;
  readonly draining: AbortSignal;
  readonly authenticate: Authenticate | undefined;
  readonly defaultDeadlineMs: number;
  readonly maxDeadlineMs: number;
  /** Whether spans are recorded; if not, only callers' traces are carried on. */
  readonly recordsSpans: boolean;
}

/** A request whose bytes were no message of its type; grpc-js itself would answer INTERNAL. */
export class MalformedMessage {
  constructor(readonly cause: unknown) {}
}

/** A deserializer that returns a {@link MalformedMessage} instead of throwing. */
export function tolerantDeserialize(deserialize: (bytes: Buffer) => unknown): (bytes: Buffer) => unknown {
  return (bytes) => {
    try {
      return deserialize(bytes);
    } catch (error) {
      return new MalformedMessage(error);
    }
  };
}

/** The message, if it is one. @throws AffinityError INVALID_ARGUMENT if not */
export function requireMessage(message: unknown): unknown {
  if (!(message instanceof MalformedMessage)) return message;
  throw invalidArgument([
    { field: '(message)', description: 'the bytes are not a message of this type', rule: 'MALFORMED' },
  ]);
}

/** Lets a call in. @throws AffinityError RESOURCE_EXHAUSTED or UNAUTHENTICATED; then no slot is taken */
export function admit(call: UnderlyingCall, method: string, slots: Semaphore, runtime: CallRuntime): ServerCallContext {
  const caller = runtime.authenticate?.(call.metadata);
  if (!slots.tryEnter()) throw slots.refuse();
  const { logger, draining } = runtime;
  const deadlineAt = slots === runtime.unarySlots ? unaryDeadline(call, runtime) : Number(call.getDeadline());
  return new ServerCallContext(call, { method, deadlineAt, draining, caller, logger });
}

function unaryDeadline(call: UnderlyingCall, { defaultDeadlineMs, maxDeadlineMs }: CallRuntime): number {
  const asked = Number(call.getDeadline());
  return asked === Infinity ? Date.now() + defaultDeadlineMs : Math.min(asked, Date.now() + maxDeadlineMs);
}

/** Runs a handler inside its caller's trace. Without trace and tracing it is called plainly, because most calls are. */
export function runTraced<T>(context: ServerCallContext, recordsSpans: boolean, handle: () => Promise<T>): Promise<T> {
  const { traceparent, method, metadata } = context;
  if (traceparent === undefined && !recordsSpans) return handle();
  const parent = extractTrace((name) => metadata.get(name)[0]?.toString());
  return withSpan(
    method,
    { kind: 'server', parent, attributes: { 'rpc.system': 'grpc', 'rpc.method': method } },
    handle,
  );
}

/** The error that a caller may see: a failure of ours is logged under an id, and the caller gets the id only. */
export function toPublicError(thrown: unknown, context: ServerCallContext): AffinityError {
  const error = fromUnknown(thrown);
  if (error.code !== 'INTERNAL') return error;
  const errorId = randomUUID();
  context.logger.error({ err: error, errorId }, 'call failed');
  return internal(`internal error ${errorId}`);
}
