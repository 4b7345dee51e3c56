import { startBackingStack } from '@affinity/testing';
import { connect } from '@nats-io/transport-node';
import { type HeldMessage, readStream } from './stream-content';

/** What the stream held from a sequence on when its store was saved below a data folder, read by a server of its own. */
export async function readSavedStream(dataDir: string, fromSequence: number): Promise<readonly HeldMessage[]> {
  const stack = await startBackingStack({ services: ['nats'], dataDir });
  try {
    const connection = await connect({ servers: stack.addresses.nats.url });
    try {
      return await readStream(connection, fromSequence);
    } finally {
      await connection.close();
    }
  } finally {
    await stack.stop();
  }
}
