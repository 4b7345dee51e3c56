import { covers, type Mark } from '@affinity/domain';
import type { CheckpointStore } from '@affinity/profile-storage';
import { setTimeout as pause } from 'node:timers/promises';
import type { HeldMessage } from './stream-content';

/** Whose checkpoints, and what they must cover. */
export interface WaitForCheckpointsOptions {
  readonly checkpoints: Pick<CheckpointStore, 'read'>;
  /** All that the stream holds, in stream order; nothing may be added to it any more. */
  readonly held: readonly HeldMessage[];
  /** Which of the reader's parts, each with a checkpoint of its own, a message belongs to. */
  readonly partOf: (message: HeldMessage) => number;
  /** Told how many parts are not done yet, each time that it is looked at. */
  readonly onWaiting: (parts: number) => void;
}

const pollMs = 500;

/** Resolves when each part's checkpoint covers its last message. Rejects with the signal's reason when it aborts first. */
export async function waitForCheckpoints(options: WaitForCheckpointsOptions, signal: AbortSignal): Promise<void> {
  const { checkpoints, held, partOf, onWaiting } = options;
  const left = new Map<number, Mark>(held.map((message) => [partOf(message), message.position]));
  while (left.size > 0) {
    for (const [part, last] of left) {
      const stored = await checkpoints.read(part);
      if (stored !== undefined && covers(stored.mark, last)) left.delete(part);
    }
    onWaiting(left.size);
    if (left.size > 0) await pause(pollMs, undefined, { signal });
  }
}
