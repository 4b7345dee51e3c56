import { type CallContext } from './call-context';
import { type EncodedMessage } from './encoded-message';

/** One method of a service as code generators describe it for grpc-js, with its message types left open. */
export interface AnyMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** A service as code generators describe it for grpc-js: its methods by name. */
export type AnyService = Readonly<Record<string, AnyMethod>>;

/** What a method receives. */
export type RequestOf<M extends AnyMethod> = ReturnType<M['requestDeserialize']>;

/** What a method answers with, as a handler returns it. */
export type AnswerOf<M extends AnyMethod> = Parameters<M['responseSerialize']>[0];

/** What a caller sends. */
export type SentRequestOf<M extends AnyMethod> = Parameters<M['requestSerialize']>[0];

/** What a caller gets. */
export type ReceivedAnswerOf<M extends AnyMethod> = ReturnType<M['responseDeserialize']>;

/**
 * The function that handles a method: unary and client-streaming ones return a promise, the others an async iterable.
 * An answer may be encoded already. Streams are pulled: requests are read as they are iterated, answers are asked for as the network takes them.
 */
export type HandlerOf<M extends AnyMethod> = (
  request: M extends { readonly requestStream: true } ? AsyncIterable<RequestOf<M>> : RequestOf<M>,
  context: CallContext,
) => M extends { readonly responseStream: true }
  ? AsyncIterable<AnswerOf<M> | EncodedMessage>
  : Promise<AnswerOf<M> | EncodedMessage>;

/** Handlers by method name; what has none answers UNIMPLEMENTED. */
export type HandlersOf<D extends AnyService> = { readonly [K in keyof D]?: HandlerOf<D[K]> };

/** A service together with its handlers, their types checked and then forgotten. */
export interface BoundService {
  /** `package.Service`, as health and reflection know it. */
  readonly name: string;
  readonly definition: AnyService;
  readonly handlers: Readonly<Record<string, ErasedHandler | undefined>>;
}

/** A handler whose types were checked when it was bound. */
export type ErasedHandler = (request: unknown, context: CallContext) => unknown;

/** Binds handlers to the service that they implement. */
export function bindService<const D extends AnyService>(definition: D, handlers: HandlersOf<D>): BoundService {
  return {
    name: serviceNameOf(definition),
    definition,
    // Safe: HandlersOf ties each handler to its method, and the server calls it with what that method deserialized.
    handlers: handlers as unknown as Readonly<Record<string, ErasedHandler | undefined>>,
  };
}

function serviceNameOf(definition: AnyService): string {
  const path = Object.values(definition)[0]?.path ?? '';
  const name = /^\/([^/]+)\//.exec(path)?.[1];
  if (name === undefined)
    throw new TypeError(`a service needs a method with a path like /package.Service/Method, got "${path}"`);
  return name;
}
