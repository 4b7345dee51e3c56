import type { CallOptions } from './client-options';

/** One method as the generated code describes it. */
interface Method {
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

type Sent<M extends Method> = Parameters<M['requestSerialize']>[0];
type Received<M extends Method> = ReturnType<M['responseDeserialize']>;

/**
 * The functions of a service, one for each method of its definition. Unary ones resolve with the answer; streams are async
 * iterables, in both directions, each pulled as fast as it is iterated. They fail with AffinityError.
 */
export type ServiceCalls<D extends Readonly<Record<keyof D, Method>>> = {
  readonly [K in keyof D]: (
    request: D[K] extends { readonly requestStream: true } ? AsyncIterable<Sent<D[K]>> : Sent<D[K]>,
    options?: CallOptions,
  ) => D[K] extends { readonly responseStream: true } ? AsyncIterable<Received<D[K]>> : Promise<Received<D[K]>>;
};
