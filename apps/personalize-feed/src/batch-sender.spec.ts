import type { DeadLetter } from '@affinity/messaging';
import type { EventBatch } from '@affinity/personalize';
import { AffinityError, resourceExhausted, unavailable } from '@affinity/service-kit';
import { BatchSender } from './batch-sender';
import { SharedQuota } from './shared-quota';
import type { FedEvent } from './visitor-batches';

function fed(eventId: string): FedEvent {
  const position = { sequence: Number(eventId), timestampNs: 1n };
  const message = { position, subject: 'events.3.view', data: Buffer.from(eventId), headers: undefined };
  return {
    message,
    visit: { profileKey: 'u', userId: 'u', sessionId: 's', event: { eventId, eventType: 'view', sentAt: new Date(0) } },
  };
}

function createSender(answer: (batch: EventBatch, call: number) => AffinityError | undefined) {
  const taken: string[] = [];
  const letters: DeadLetter[] = [];
  const outcomes: string[] = [];
  let calls = 0;
  const sender = new BatchSender({
    tracker: {
      track: (batch) => {
        const failure = answer(batch, (calls += 1));
        if (failure !== undefined) return Promise.reject(failure);
        taken.push(...batch.events.map(({ eventId }) => eventId));
        return Promise.resolve();
      },
    },
    quota: new SharedQuota({ ratePerSecond: 1_000_000, partitions: 1 }),
    deadLetters: { store: (letter) => Promise.resolve(void letters.push(letter)) },
    meter: {
      called: (failure) => void outcomes.push(failure?.code ?? 'ok'),
      sent: () => undefined,
      deadLettered: () => undefined,
      skipped: () => undefined,
      idle: () => undefined,
    },
  });
  return { sender, taken, letters, outcomes };
}

const to = { partition: 3, signal: new AbortController().signal };

describe('BatchSender', () => {
  it('repeats a call that was throttled or failed until it is taken', async () => {
    const failures = [
      resourceExhausted('slow down', 0),
      unavailable('away'),
      new AffinityError('PERMISSION_DENIED', 'no'),
    ];
    const { sender, taken, outcomes } = createSender((_, call) => failures[call - 1]);
    await sender.send([fed('1'), fed('2')], to);
    expect(taken).toEqual(['1', '2']);
    expect(outcomes).toEqual(['RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'PERMISSION_DENIED', 'ok']);
  });

  it('finds the event that is refused, sends the others in order, and keeps it with the reason', async () => {
    const { sender, taken, letters } = createSender(({ events }) =>
      events.some(({ eventId }) => eventId === '2') ? new AffinityError('INVALID_ARGUMENT', 'it is bad') : undefined,
    );
    await sender.send([fed('1'), fed('2'), fed('3')], to);
    expect(taken).toEqual(['1', '3']);
    expect(letters).toEqual([
      {
        reader: 'personalize-feed',
        partition: 3,
        reason: 'it is bad',
        subject: 'events.3.view',
        position: { sequence: 2, timestampNs: 1n },
        data: Buffer.from('2'),
      },
    ]);
  });

  it('ends when it is told to, and gives up nothing', async () => {
    const controller = new AbortController();
    const { sender, letters } = createSender(() => {
      controller.abort(new AffinityError('CANCELLED', 'stopping'));
      return unavailable('away');
    });
    await expect(sender.send([fed('1')], { partition: 3, signal: controller.signal })).rejects.toBeDefined();
    expect(letters).toEqual([]);
  });
});
