import { Event, IngestServiceClient } from '@affinity/contracts';
import { createGrpcClient } from '@affinity/service-kit';
import { startServiceProcess } from '@affinity/testing';
import { startIngestSystem } from './ingest-system';

const attributes = new Map([['colour', { kind: { $case: 'stringValue', value: 'red' } }]] as const);

function batch(call: number): Event[] {
  return Array.from({ length: 20 }, (_, i) =>
    Event.fromPartial({
      eventId: `c${call}-${i}`,
      userId: `u${i % 5}`,
      eventType: 'view',
      itemId: 'i',
      occurredAt: new Date(),
      attributes,
    }),
  );
}

describe('ingest as a process', () => {
  it('loses nothing that it acknowledged when it is killed, and a repeat stores nothing twice', async () => {
    const system = await startIngestSystem();
    try {
      const acknowledged = new Set<string>();
      const call = async (client: typeof system.client, number: number): Promise<void> => {
        const { outcomes } = await client.publishEvents({ events: batch(number) });
        for (const { eventId, outcome } of outcomes) {
          if (outcome?.$case === 'accepted' || outcome?.$case === 'duplicate') acknowledged.add(eventId);
        }
      };
      const calls = Array.from({ length: 40 }, (_, number) => call(system.client, number));
      await Promise.any(calls);
      await system.service.kill();
      await Promise.allSettled(calls);
      await system.service.restart();
      const address = `127.0.0.1:${system.service.port('grpcPort')}`;
      const client = createGrpcClient(IngestServiceClient, { address, defaultDeadlineMs: 20_000 });
      const before = (await system.storedEvents()).map((record) => record.event?.eventId);
      expect([...acknowledged].filter((eventId) => !before.includes(eventId))).toEqual([]);
      for (let number = 0; number < 40; number += 1) await call(client, number);
      client.close();
      expect(acknowledged.size).toBe(800);
      expect(await system.storedCount()).toBe(800);
    } finally {
      await system.stop();
    }
  });

  it('answers the calls in flight when it is told to stop, and exits with 0', async () => {
    const system = await startIngestSystem();
    try {
      const calls = Array.from({ length: 10 }, (_, number) => system.client.publishEvents({ events: batch(number) }));
      await Promise.any(calls);
      const exit = await system.service.stop();
      const results = await Promise.allSettled(calls);
      expect(exit).toMatchObject({ code: 0 });
      const answered = results.flatMap((result) => (result.status === 'fulfilled' ? result.value.outcomes : []));
      expect(answered.length).toBeGreaterThanOrEqual(20);
      expect(answered.every(({ outcome }) => outcome?.$case === 'accepted')).toBe(true);
    } finally {
      await system.stop();
    }
  });

  it('does not start with a setting that is wrong, and names it', async () => {
    const starting = startServiceProcess({ app: 'ingest', env: { AFFINITY_STREAM_WINDOW: 'wide' } });
    await expect(starting).rejects.toThrow(/AFFINITY_SCHEMA_FILE[^]*AFFINITY_STREAM_WINDOW/);
  });
});
