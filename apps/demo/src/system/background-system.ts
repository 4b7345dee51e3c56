// A background system listens on a socket in its folder; whoever connects can ask it one thing. A socket cannot be mistaken
// for another process as the number in a file could, and it is gone when the system is.

import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Where a background system lives. The path is relative, because those of sockets are short. */
export const backgroundFolder = '.local';

const socketPath = join(backgroundFolder, 'system.sock');
const logPath = join(backgroundFolder, 'system.log');
const startTimeoutMs = 180_000;
const pollMs = 200;
const shownLog = 4_000;

/** What a background system does for those who connect. */
export interface BackgroundDuties {
  /** A table of its processes. */
  readonly describe: () => string;
  /** Stops it; resolves when all is gone. */
  readonly stop: () => Promise<void>;
}

/** Answers `describe` and `stop` on the socket until stopped. Rejects when another system listens there. */
export async function listenForOrders(duties: BackgroundDuties): Promise<void> {
  if ((await ask('describe')) !== undefined) throw new Error('a system runs here already: make down stops it');
  await rm(socketPath, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void obey(socket, duties).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socketPath, resolve);
  });
  server.unref();
}

async function obey(socket: Socket, { describe, stop }: BackgroundDuties): Promise<void> {
  const order = await readAll(socket);
  if (order === 'describe') socket.end(describe());
  if (order === 'stop') {
    await stop();
    socket.end('stopped');
  }
}

/** The table of the running system; undefined when none runs. */
export function describeBackground(): Promise<string | undefined> {
  return ask('describe');
}

/** Stops the running system and resolves when it is gone; false when none runs. */
export async function stopBackground(): Promise<boolean> {
  return (await ask('stop')) !== undefined;
}

/**
 * Starts `script serve` as a process of its own and resolves with the table of its processes when it is ready. Rejects with
 * the end of its log when it ends before or takes too long.
 */
export async function startBackground(script: string): Promise<string> {
  await mkdir(backgroundFolder, { recursive: true });
  const log = await open(logPath, 'w');
  const child = spawn(process.execPath, ['--enable-source-maps', script, 'serve'], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  await log.close();
  const deadline = performance.now() + startTimeoutMs;
  while (child.exitCode === null && performance.now() < deadline) {
    const table = await ask('describe');
    if (table !== undefined) return table;
    await pause(pollMs);
  }
  child.kill();
  throw new Error(`the system did not start:\n${(await readFile(logPath, 'utf8')).slice(-shownLog)}`);
}

async function ask(order: 'describe' | 'stop'): Promise<string | undefined> {
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  try {
    socket.end(order);
    return await readAll(socket);
  } catch {
    // Nobody listens.
    return undefined;
  }
}

async function readAll(socket: Socket): Promise<string> {
  let all = '';
  // By itself the end of reading would destroy the socket, before the answer is written.
  for await (const part of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) all += String(part);
  return all;
}
