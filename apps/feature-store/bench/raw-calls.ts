import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';

/** A method of a server on this machine. */
export interface Target {
  readonly port: number;
  /** Such as `/affinity.profiles.v1.ProfileService/GetProfile`. */
  readonly path: string;
}

const identity = (bytes: Buffer): Buffer => bytes;

/** Calls a unary method with encoded messages, so that the caller's own encoding is not measured. */
export function caller({ port, path }: Target): (request: Buffer) => Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return (request) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, request, (error, answer) => {
        if (error !== null) reject(error);
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
}

/** What is sent on a stream, and until when. */
export interface StreamLoad {
  /** Requests in a message at most. */
  readonly perMessage: number;
  /** A message of `count` requests, the first of which is the n-th. */
  readonly requestOf: (n: number, count: number) => Buffer;
  /** How many answers a message holds. */
  readonly answersIn: (message: Buffer) => number;
  /** Default: no end. */
  readonly durationMs?: number;
  /** Requests in all, at most. Default: no end. */
  readonly requests?: number;
}

/**
 * Sends requests on one bidirectional stream, 128 of them unanswered at most: for each message of answers as many requests more.
 * Resolves with answers a second.
 */
export async function saturateStream(
  { port, path }: Target,
  { perMessage, requestOf, answersIn, durationMs = Infinity, requests = Infinity }: StreamLoad,
): Promise<number> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(path, identity, identity);
  const startedAt = performance.now();
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const send = (count: number): void => {
      if (performance.now() - startedAt >= durationMs || sent >= requests) {
        if (answered === sent) call.end();
        return;
      }
      for (let left = count; left > 0; left -= perMessage) {
        const size = Math.min(left, perMessage, requests - sent);
        if (size <= 0) break;
        call.write(requestOf(sent, size));
        sent += size;
      }
    };
    call.on('data', (message: Buffer) => {
      const answers = answersIn(message);
      answered += answers;
      send(answers);
    });
    call.on('end', resolve);
    call.on('error', reject);
    send(128);
  });
  client.close();
  return (answered * 1_000) / (performance.now() - startedAt);
}
