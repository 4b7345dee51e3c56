import { request } from 'node:http';
import { connect } from 'node:net';

const PROBE_TIMEOUT_MS = 2000;

/** The oldest server with message TTLs and priority groups; older ones ignore them silently. */
const MIN_NATS_VERSION = [2, 11] as const;

/** Whether a NATS server greets with JetStream on. Throws when it is older than 2.11. */
export async function natsIsReady(port: number): Promise<boolean> {
  const greeting = await exchange(port, '', (text) => text.includes('\r\n'));
  const info = JSON.parse(greeting.slice('INFO '.length)) as { version: string; jetstream?: boolean };
  const [major = 0, minor = 0] = info.version.split('.').map(Number);
  if (major < MIN_NATS_VERSION[0] || (major === MIN_NATS_VERSION[0] && minor < MIN_NATS_VERSION[1])) {
    throw new Error(`nats-server ${info.version} is too old: 2.11 or newer is needed`);
  }
  return info.jetstream === true;
}

/** Whether a Redis server answers PING, which it refuses while it loads its data. */
export async function redisIsReady(port: number): Promise<boolean> {
  const answer = await exchange(port, 'PING\r\n', (text) => text.includes('\r\n'));
  return answer.startsWith('+PONG');
}

/** Whether an HTTP server answers anything at all. */
export function httpIsReady(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = request({ host: '127.0.0.1', port, timeout: PROBE_TIMEOUT_MS, agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer')));
    probe.on('error', reject).end();
  });
}

function exchange(port: number, greeting: string, isComplete: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_TIMEOUT_MS });
    const finish = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve(received);
    };
    socket.on('connect', () => socket.write(greeting));
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (isComplete(received)) finish();
    });
    socket.on('timeout', () => finish(new Error('no answer')));
    socket.on('error', finish);
    socket.on('close', () => finish(new Error('the connection was closed')));
  });
}
