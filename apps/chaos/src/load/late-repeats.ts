import { eventSubject, StreamRecord } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChaosEvent, toMessage } from './chaos-event';

/** Stores events once more, past the stream's own recognition of repeats. */
export interface LateRepeats {
  /** Resolves once the stream holds the repeat. Rejects with the signal's reason when it aborts. */
  repeat(event: ChaosEvent, signal: AbortSignal): Promise<void>;
  /** Repeats stored so far. */
  readonly stored: number;
}

const answerTimeoutMs = 2_000;
const retryPauseMs = 200;

/**
 * What a client's repeat after the dedup window comes to, without waiting for the window to pass: the same event in the same
 * subject under a message id that the stream does not know.
 */
export function createLateRepeats(connection: NatsConnection, partitions: number): LateRepeats {
  const client = jetstream(connection);
  let begun = 0;
  let stored = 0;
  return {
    async repeat(event, signal) {
      begun += 1;
      const msgID = `late-repeat-${begun}`;
      const subject = eventSubject(partitionOf(event.userId, partitions), event.eventType);
      const body = bodyOf(event);
      const tryOnce = (): Promise<boolean> =>
        client.publish(subject, body, { msgID, timeout: answerTimeoutMs }).then(succeeded, failed);
      while (!(await tryOnce())) await pause(retryPauseMs, undefined, { signal });
      stored += 1;
    },
    get stored() {
      return stored;
    },
  };
}

function bodyOf(event: ChaosEvent): Uint8Array {
  const value = { event: toMessage(event), receivedAt: new Date(), unknownItem: false };
  return StreamRecord.encode({ record: { $case: 'event', value } }).finish();
}

/** The same message id makes another try safe. */
const failed = (): boolean => false;
const succeeded = (): boolean => true;
