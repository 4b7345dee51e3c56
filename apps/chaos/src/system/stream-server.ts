import type { BackingService } from '@affinity/testing';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The server of the stream, and the data folder of its stack. */
export interface StreamServerOptions {
  readonly service: BackingService;
  readonly dataDir: string;
}

/** Where a stack keeps the stream below its data folder. */
const storeFolder = join('nats', 'jetstream');

/** The server of the stream, whose store can be saved and put back while it is down. */
export class StreamServer {
  constructor(private readonly options: StreamServerOptions) {}

  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void> {
    return this.options.service.kill();
  }

  /** Starts it again with what its store holds now; resolves when it is ready. */
  start(): Promise<void> {
    return this.options.service.restart();
  }

  /** Copies the store of the dead server to where a stack with this data folder finds it. */
  async saveStore(dataDir: string): Promise<void> {
    await cp(join(this.options.dataDir, storeFolder), join(dataDir, storeFolder), { recursive: true });
  }

  /** Puts a saved store in the place of the dead server's. */
  async restoreStore(dataDir: string): Promise<void> {
    const store = join(this.options.dataDir, storeFolder);
    await rm(store, { recursive: true, force: true });
    await cp(join(dataDir, storeFolder), store, { recursive: true });
  }
}
