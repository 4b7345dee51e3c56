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

/** Sends requests on one bidirectional stream, 64 of them unanswered at most. Resolves with answers a second. */
export async function saturateStream(
  { port, path }: Target,
  { requestOf, durationMs }: { readonly requestOf: (n: number) => Buffer; readonly durationMs: number },
): Promise<number> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(path, identity, identity);
  const startedAt = performance.now();
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      if (performance.now() - startedAt < durationMs) call.write(requestOf(sent++));
      else if (answered === sent) call.end();
    };
    call.on('data', () => {
      answered += 1;
      send();
    });
    call.on('end', resolve);
    call.on('error', reject);
    for (let i = 0; i < 64; i += 1) send();
  });
  client.close();
  return (answered * 1_000) / (performance.now() - startedAt);
}
