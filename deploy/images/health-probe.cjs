// Asks a service whether it is ready; exits 0 if so, else 1 with the reason. Needs nothing but Node, so that it starts fast:
// engines run it every few seconds.
//   HEALTH_TARGET=grpc://127.0.0.1:7001              grpc.health.v1.Health/Check of the whole server
//   HEALTH_TARGET=http://127.0.0.1:9464/readyz       any answer below 500
'use strict';
const { connect } = require('node:http2');

const timeoutMs = 2_500;
const serving = 1;
/** An empty HealthCheckRequest: not compressed, length 0. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const emptyMessage = Buffer.alloc(5);

const target = process.argv[2] ?? process.env.HEALTH_TARGET ?? '';

setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs).unref();
(target.startsWith('grpc://') ? askGrpc(new URL(target)) : askHttp(target)).then(
  () => process.exit(0),
  (error) => fail(error.message),
);

function fail(reason) {
  process.stderr.write(`${target}: ${reason}\n`);
  process.exit(1);
}

async function askHttp(url) {
  const { status } = await fetch(url, { redirect: 'manual' });
  if (status >= 500) throw new Error(`status ${status}`);
}

function askGrpc({ host }) {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${host}`).on('error', reject);
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const parts = [];
    call.on('error', reject).on('data', (part) => parts.push(part));
    call.on('end', () => {
      if (statusIn(Buffer.concat(parts)) === serving) resolve();
      else reject(new Error('not serving'));
    });
    call.end(emptyMessage);
  });
}

/** The status of a HealthCheckResponse: field 1, a varint of one byte; behind the five bytes of the frame. */
function statusIn(frame) {
  return frame.length === 7 && frame[5] === 0x08 ? frame[6] : undefined;
}
