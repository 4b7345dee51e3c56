/** A service for tests: JSON on the wire, all four kinds of methods. */

/** The message of every method. */
export interface Echo {
  readonly text: string;
  readonly count?: number;
}

const serialize = (value: Echo): Buffer => Buffer.from(JSON.stringify(value));
const deserialize = (bytes: Buffer): Echo => JSON.parse(bytes.toString()) as Echo;

function method<const Q extends boolean, const A extends boolean>(name: string, requestStream: Q, responseStream: A) {
  return {
    path: `/affinity.test.v1.EchoService/${name}`,
    requestStream,
    responseStream,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  };
}

/** The definition, as a code generator would write it. */
export const EchoService = {
  say: method('Say', false, false),
  count: method('Count', false, true),
  join: method('Join', true, false),
  chat: method('Chat', true, true),
  unanswered: method('Unanswered', false, false),
};

/** Stands for a generated client constructor. */
export const EchoServiceClient = { service: EchoService };
