import { until } from '@affinity/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readSavedStream } from '../audit/saved-stream';
import { lastPosition, type HeldMessage } from '../audit/stream-content';
import type { StreamServer } from '../system/stream-server';

/** What a rollback works on. */
export interface StreamRollbackOptions {
  readonly stream: StreamServer;
  readonly connection: NatsConnection;
  /** A folder for saved stores. */
  readonly folder: string;
}

const answerTimeoutMs = 60_000;

/** Rolls the stream back to an older store, as a machine that lost its last writes does, and knows what was lost. */
export class StreamRollback {
  private rollbacks = 0;
  /** What saved stores held past the point that the stream was rolled back to; some of it may be in the stream still. */
  readonly saved: HeldMessage[] = [];

  constructor(private readonly options: StreamRollbackOptions) {}

  /** Saves the store, lets the stream go on for a while, and puts the saved store back. */
  async run(hold: () => Promise<void>): Promise<string> {
    const { stream, connection } = this.options;
    this.rollbacks += 1;
    const [older, newer] = [this.folderOf('older'), this.folderOf('newer')];
    // The saved store holds this much at least.
    const { sequence } = await until(() => lastPosition(connection), answerTimeoutMs, 'the stream to tell its end');
    await stream.kill();
    await stream.saveStore(older);
    await stream.start();
    await hold();
    await stream.kill();
    await stream.saveStore(newer);
    await stream.restoreStore(older);
    await stream.start();
    const saved = await readSavedStream(newer, sequence + 1);
    this.saved.push(...saved);
    await Promise.all([older, newer].map((path) => rm(path, { recursive: true, force: true })));
    return `at most ${saved.length} messages lost`;
  }

  private folderOf(what: string): string {
    return join(this.options.folder, `store-${this.rollbacks}-${what}`);
  }
}
