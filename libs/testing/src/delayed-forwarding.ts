import { type Socket } from 'node:net';
import { type TcpFaults } from './tcp-faults';

/** Held back of one direction before its source is no longer read. */
const MAX_HELD_BYTES = 1024 * 1024;

/**
 * Passes data, and its end, from one socket to the other, in order, as the faults of the moment allow.
 * `wake` makes it look at changed faults.
 */
export function forward(from: Socket, to: Socket, faults: () => TcpFaults): { wake(): void } {
  const held: { chunk: Buffer | 'end'; dueAtMs: number }[] = [];
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;

  const pass = (): void => {
    clearTimeout(timer);
    while (!faults().blackhole && held[0] && held[0].dueAtMs <= performance.now()) {
      const { chunk } = held.shift() ?? { chunk: 'end' };
      if (chunk === 'end') to.end();
      else if (!to.destroyed) {
        heldBytes -= chunk.length;
        to.write(chunk);
      }
    }
    const next = held[0];
    if (next && !faults().blackhole) timer = setTimeout(pass, Math.max(1, next.dueAtMs - performance.now()));
    if (heldBytes + to.writableLength < MAX_HELD_BYTES) from.resume();
  };
  const hold = (chunk: Buffer | 'end'): void => {
    held.push({ chunk, dueAtMs: performance.now() + faults().latencyMs });
    if (chunk !== 'end') heldBytes += chunk.length;
    if (heldBytes + to.writableLength >= MAX_HELD_BYTES) from.pause();
    pass();
  };
  from.on('data', hold);
  from.once('end', () => hold('end'));
  to.on('drain', pass);
  from.once('close', () => clearTimeout(timer));
  return { wake: pass };
}
