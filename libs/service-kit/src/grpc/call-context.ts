import { type Metadata } from '@grpc/grpc-js';
import { AffinityError } from '../errors';
import { type Logger } from '../logging/logger';

/** What a handler knows about the call that it answers. */
export interface CallContext {
  /** `package.Service/Method`. */
  readonly method: string;
  /** Epoch milliseconds by which the answer must be there; `Infinity` for a stream whose caller set no deadline. */
  readonly deadlineAt: number;
  /** Aborts with an AffinityError when the caller cancels, disconnects, or the deadline passes. Made when first asked for. */
  readonly signal: AbortSignal;
  /** Aborts when the server begins to drain: a long-lived stream should then come to an end by itself. */
  readonly draining: AbortSignal;
  readonly metadata: Metadata;
  /** Logs with the method and, where there is one, the caller. */
  readonly logger: Logger;
  /** The caller's W3C `traceparent`, already active while the handler runs. */
  readonly traceparent: string | undefined;
  /** Who calls, as its API key says; `undefined` when no keys are asked for. */
  readonly caller: string | undefined;
}

/** The part of a grpc-js server call that a context needs. */
export interface UnderlyingCall {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** What a context is made from. */
export interface ServerCallContextOptions {
  readonly method: string;
  readonly deadlineAt: number;
  readonly draining: AbortSignal;
  readonly caller: string | undefined;
  readonly logger: Logger;
}

/** The {@link CallContext} of a call on our server. Whatever costs something is made when it is first asked for. */
export class ServerCallContext implements CallContext {
  readonly traceparent: string | undefined;
  private controller: AbortController | undefined;
  private childLogger: Logger | undefined;
  private abortedWith: AffinityError | undefined;
  private answered = false;

  constructor(
    private readonly call: UnderlyingCall,
    private readonly options: ServerCallContextOptions,
  ) {
    const [traceparent] = call.metadata.get('traceparent');
    this.traceparent = typeof traceparent === 'string' ? traceparent : undefined;
  }

  get method(): string {
    return this.options.method;
  }

  get deadlineAt(): number {
    return this.options.deadlineAt;
  }

  get draining(): AbortSignal {
    return this.options.draining;
  }

  get caller(): string | undefined {
    return this.options.caller;
  }

  get metadata(): Metadata {
    return this.call.metadata;
  }

  get logger(): Logger {
    const { logger, method, caller } = this.options;
    this.childLogger ??= logger.child(caller === undefined ? { method } : { method, caller });
    return this.childLogger;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.call.cancelled) this.abort(this.cancellation());
      else if (this.abortedWith !== undefined) this.controller.abort(this.abortedWith);
      // grpc-js emits `cancelled` after each call that ended, also well; only an unanswered one was cancelled.
      this.call.on('cancelled', () => this.abort(this.cancellation()));
    }
    return this.controller.signal;
  }

  /** Aborts the signal, unless the call has been answered. */
  abort(reason: AffinityError): void {
    if (this.answered || this.abortedWith !== undefined) return;
    this.abortedWith = reason;
    this.controller?.abort(reason);
  }

  /** Notes that the answer is on its way: from now on nothing aborts. False when it was noted before. */
  markAnswered(): boolean {
    if (this.answered) return false;
    this.answered = true;
    return true;
  }

  /** Why the call was cancelled: grpc-js says so for a deadline too, whose timer may fire a millisecond early. */
  cancellation(): AffinityError {
    if (Date.now() + 1 >= this.deadlineAt) return new AffinityError('DEADLINE_EXCEEDED', 'deadline exceeded');
    return new AffinityError('CANCELLED', 'cancelled by the caller');
  }
}
