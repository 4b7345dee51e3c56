import { type handleUnaryCall, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { AffinityError, fromUnknown } from '../errors';
import { type ServerCallContext } from './call-context';
import { admit, type CallRuntime, requireMessage, runTraced, toPublicError } from './call-runtime';
import { toGrpcStatus } from './grpc-status';
import { type MethodMeter } from './server-metrics';
import { type AnyMethod, type ErasedHandler } from './service-definition';

/**
 * A unary method for grpc-js. The path of a call that goes well allocates a context and one promise of its own, no
 * signal, timer (where the caller's deadline is within bounds) or logger.
 */
export function unaryMethod(
  { path }: AnyMethod,
  handler: ErasedHandler,
  runtime: CallRuntime,
): handleUnaryCall<unknown, unknown> {
  const method = path.slice(1);
  const meter = runtime.metrics.method(path);
  return (call, callback) => {
    const startedAt = performance.now();
    let context: ServerCallContext;
    try {
      context = admit(call, method, runtime.unarySlots, runtime);
    } catch (error) {
      refuse(fromUnknown(error), meter, callback);
      return;
    }
    const answer = answerOnce(context, callback, (code) => {
      meter.ended(code);
      meter.took((performance.now() - startedAt) / 1_000);
    });
    const timer = limitDeadline(call, context, answer);
    const release = () => {
      clearTimeout(timer);
      runtime.unarySlots.leave(); // Only now: a handler that goes on after its deadline still uses the machine.
    };
    handle(call, handler, context, runtime).then(
      (response) => {
        release();
        answer(undefined, response);
      },
      (error: unknown) => {
        release();
        answer(toPublicError(error, context), undefined);
      },
    );
  };
}

type Answer = (error: AffinityError | undefined, response: unknown) => void;

async function handle(
  call: ServerUnaryCall<unknown, unknown>,
  handler: ErasedHandler,
  context: ServerCallContext,
  runtime: CallRuntime,
): Promise<unknown> {
  const request = requireMessage(call.request);
  return runTraced(context, runtime.recordsSpans, () => handler(request, context) as Promise<unknown>);
}

function answerOnce(
  context: ServerCallContext,
  callback: sendUnaryData<unknown>,
  onEnd: (code: AffinityError['code'] | 'OK') => void,
): Answer {
  return (error, response) => {
    if (!context.markAnswered()) return;
    onEnd(error?.code ?? 'OK');
    if (error === undefined) callback(null, response);
    else callback(toGrpcStatus(error));
  };
}

/** grpc-js keeps the caller's deadline; a timer of ours is needed only where ours is earlier. */
function limitDeadline(
  call: ServerUnaryCall<unknown, unknown>,
  context: ServerCallContext,
  answer: Answer,
): NodeJS.Timeout | undefined {
  if (context.deadlineAt >= Number(call.getDeadline())) return undefined;
  return setTimeout(() => {
    const late = new AffinityError('DEADLINE_EXCEEDED', 'deadline of the server exceeded');
    context.abort(late);
    answer(late, undefined);
  }, context.deadlineAt - Date.now());
}

function refuse(error: AffinityError, meter: MethodMeter, callback: sendUnaryData<unknown>): void {
  meter.ended(error.code);
  callback(toGrpcStatus(error));
}
