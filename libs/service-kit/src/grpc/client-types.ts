import { type Metadata } from '@grpc/grpc-js';
import { type Secret } from '../config/secret';
import { type ClientTls } from './channel';
import { type AnyMethod, type AnyService, type ReceivedAnswerOf, type SentRequestOf } from './service-definition';

/** What one call may be given. */
export interface CallOptions {
  /** Milliseconds the call may take, retries included; the client's default unless told. */
  readonly timeoutMs?: number;
  /** Epoch milliseconds, usually the `deadlineAt` of the call being answered; the earlier of the two counts. */
  readonly deadlineAt?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  readonly metadata?: Metadata;
}

/** A method as a client calls it: the mirror image of a handler. Failures are AffinityErrors. */
export type CallerOf<M extends AnyMethod> = (
  request: M extends { readonly requestStream: true } ? AsyncIterable<SentRequestOf<M>> : SentRequestOf<M>,
  options?: CallOptions,
) => M extends { readonly responseStream: true } ? AsyncIterable<ReceivedAnswerOf<M>> : Promise<ReceivedAnswerOf<M>>;

/** Retries of a client. */
export interface ClientRetryOptions<D extends AnyService> {
  /** Methods that may be repeated without harm; only their unary calls are. */
  readonly idempotent: readonly (keyof D & string)[];
  /** Tries in all; 3 unless told. */
  readonly attempts?: number;
  /** Upper bound of the first pause in milliseconds; 50 unless told. */
  readonly baseDelayMs?: number;
}

/** How a client reaches its service. */
export interface GrpcClientOptions<D extends AnyService> {
  /** `host:port`, or any name that grpc-js resolves, such as `dns:///name:port`. */
  readonly address: string;
  /** Milliseconds a unary call may take when nobody says; streams have no deadline unless told. */
  readonly defaultDeadlineMs: number;
  readonly tls?: ClientTls;
  readonly retry?: ClientRetryOptions<D>;
  /** Sent as bearer token with each call. */
  readonly apiKey?: Secret;
  /** Largest message in bytes, sent or received; 4 MiB unless told. */
  readonly maxMessageBytes?: number;
}

/** A client with a function for each method. */
export type GrpcClient<D extends AnyService> = { readonly [K in keyof D]: CallerOf<D[K]> } & {
  /** Resolves when connected. @throws AffinityError UNAVAILABLE when not connected within `timeoutMs` */
  waitForReady(timeoutMs: number): Promise<void>;
  /** Lets calls in flight finish and closes the connection. */
  close(): void;
};
