/*
 * The bare baseline: a grpc-js server that answers a call for shape n with the n-th of the recorded answers, unary and as a
 * bidirectional stream. Answers are given as a JSON array of base64 texts in the file that ECHO_ANSWERS names.
 */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { readFileSync } from 'node:fs';

const answers = (JSON.parse(readFileSync(process.env['ECHO_ANSWERS'] ?? '', 'utf8')) as string[]).map((text) =>
  Buffer.from(text, 'base64'),
);
const identity = (bytes: Buffer): Buffer => bytes;
const codec = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};
const answerTo = (request: Buffer): Buffer => answers[request[0] ?? 0] ?? Buffer.alloc(0);

const server = new Server();
server.addService(
  {
    unary: { path: '/bench.Echo/Unary', requestStream: false, responseStream: false, ...codec },
    stream: { path: '/bench.Echo/Stream', requestStream: true, responseStream: true, ...codec },
  },
  {
    unary: (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) =>
      callback(null, answerTo(call.request)),
    stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (request: Buffer) => call.write(answerTo(request)));
      call.on('end', () => call.end());
    },
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${JSON.stringify({ msg: 'ready', grpcPort: port })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
