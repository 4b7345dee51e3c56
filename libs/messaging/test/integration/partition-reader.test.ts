import { markOfNothing, type Mark } from '@affinity/domain';
import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, until, type BackingStack } from '@affinity/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { eventsStream, partitionFilter } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { createEventPublisher, type EventPublisher } from '../../src/event-publisher';
import { ensureEventStreams } from '../../src/event-streams';
import { connectNats } from '../../src/nats-connection';
import { readPartition, StreamRewoundError } from '../../src/partition-reader';
import { createStreamLookup, type StreamLookup } from '../../src/stream-lookup';

const partitions = 4;
const profileKey = 'ann';
const partition = partitionOf(profileKey, partitions);
const streamOptions = { partitions, replicas: 1, maxBytes: -1 };

interface Reading {
  readonly bodies: string[];
  readonly positions: Mark[];
  readonly ended: Promise<unknown>;
}

describe('readPartition', () => {
  let stack: BackingStack<'nats'>;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let publisher: EventPublisher;
  let stop: AbortController;
  let published = 0;

  beforeEach(async () => {
    stack = await startBackingStack({ services: ['nats'] });
    connection = await connectNats({ natsUrls: [stack.addresses.nats.url] }, { name: 'test', logger: silentLogger() });
    manager = await jetstreamManager(connection);
    await ensureEventStreams(connection, streamOptions);
    publisher = createEventPublisher({ connection, partitions, attempts: 20 });
    stop = new AbortController();
    published = 0;
  });

  afterEach(async () => {
    stop.abort();
    await connection.close();
    await stack.stop();
  });

  async function publish(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `e${(published += 1)}`);
    for (const eventId of ids) {
      await publisher.publish({ profileKey, eventId, eventType: 'view', body: Buffer.from(eventId) });
    }
    return ids;
  }

  /** Reads into an array until the reader ends; the promise settles with what it threw, if anything. */
  function read(checkpoint: Mark | undefined, lookup = createStreamLookup(manager)): Reading {
    const bodies: string[] = [];
    const positions: Mark[] = [];
    const ended = (async () => {
      const messages = readPartition({
        connection,
        lookup,
        filters: [partitionFilter(partition)],
        storedCheckpoint: () => Promise.resolve(checkpoint),
        signal: stop.signal,
        logger: silentLogger(),
        retryPauseMs: 50,
      });
      for await (const { data, position } of messages) {
        bodies.push(Buffer.from(data).toString());
        positions.push(position);
      }
    })().catch((error: unknown) => error);
    return { bodies, positions, ended };
  }

  it('reads from the beginning, then from where a checkpoint says', async () => {
    const ids = await publish(5);
    const first = read(undefined);
    await until(() => first.bodies.length === 5, 5_000, 'five messages');
    expect(first.bodies).toEqual(ids);
    const again = read(first.positions[2]);
    await until(() => again.bodies.length === 2, 5_000, 'two messages');
    expect(again.bodies).toEqual(ids.slice(3));
    stop.abort();
    expect(await first.ended).toBeUndefined();
  });

  it('goes on in order, once each, when the server is killed in the middle', async () => {
    const reading = read(undefined);
    const ids = await publish(50);
    const more = publish(200);
    await stack.services.nats.kill();
    await stack.services.nats.restart();
    ids.push(...(await more));
    await until(() => reading.bodies.length >= 250, 20_000, 'all messages');
    expect(reading.bodies).toEqual(ids);
  }, 60_000);

  it('says so when the stream lost what was read, and reads what took its numbers from the checkpoint’s time', async () => {
    const kept = await publish(3);
    const reading = read(undefined);
    await publish(3);
    await until(() => reading.bodies.length === 6, 5_000, 'six messages');
    const checkpoint = reading.positions[4];

    // A stream made anew hands the same numbers out again.
    await manager.streams.delete(eventsStream);
    await ensureEventStreams(connection, streamOptions);
    const renewed = await publish(8);
    expect(await reading.ended).toBeInstanceOf(StreamRewoundError);

    const again = read(checkpoint);
    await until(() => again.bodies.length === 8, 5_000, 'the new messages');
    expect(again.bodies).toEqual(renewed);
    expect(again.positions.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(kept).toHaveLength(3);
  }, 60_000);

  it('trusts no comparison that was made before the connection was lost', async () => {
    await publish(3);
    const first = read(undefined);
    await until(() => first.bodies.length === 3, 5_000, 'three messages');
    const inner = createStreamLookup(manager);
    let renewed: string[] = [];
    // The server answers, dies, comes back without what it had, and takes new messages, before the answer is used.
    const late: StreamLookup = {
      ...inner,
      timestampAt: async (sequence) => {
        const answer = await inner.timestampAt(sequence);
        if (renewed.length > 0) return answer;
        await stack.services.nats.kill();
        await stack.services.nats.restart();
        await until(() => manager.streams.delete(eventsStream).catch(() => false), 10_000, 'the connection');
        await ensureEventStreams(connection, streamOptions);
        renewed = await publish(5);
        return answer;
      },
    };
    const reading = read(first.positions[2], late);
    await until(() => reading.bodies.includes('e8'), 20_000, 'the last message');
    expect(reading.bodies).toEqual(renewed);
  }, 60_000);

  it('stops loudly when its next message was purged', async () => {
    await publish(6);
    const reading = read(undefined);
    await until(() => reading.bodies.length === 6, 5_000, 'six messages');
    await manager.streams.purge(eventsStream, { seq: 6 });
    const error = await read(reading.positions[1]).ended;
    expect(error).toMatchObject({ code: 'DATA_LOSS' });
    const allowed = read(reading.positions[4]);
    await until(() => allowed.bodies.length === 1, 5_000, 'the message after the checkpoint');
  });

  it('refuses to work on a stream that was made for another number of partitions', async () => {
    await expect(ensureEventStreams(connection, { ...streamOptions, partitions: 5 })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
    await Promise.all([1, 2, 3].map(() => ensureEventStreams(connection, streamOptions)));
  });

  it('stores an event once however often it is published, and refuses when the stream is full', async () => {
    const event = { profileKey, eventId: 'same', eventType: 'view', body: Buffer.alloc(100) };
    const first = await publisher.publish(event);
    expect(first.kind).toBe('stored');
    expect(await publisher.publish(event)).toEqual({ ...first, kind: 'duplicate' });
    await manager.streams.update(eventsStream, { max_bytes: 1 });
    await expect(publisher.publish({ ...event, eventId: 'other' })).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      retryAfterMs: 5_000,
    });
    expect(markOfNothing.sequence).toBe(0);
  });

  it('refuses more than it may have in flight', async () => {
    const narrow = createEventPublisher({ connection, partitions, maxInFlight: 1 });
    const event = { profileKey, eventType: 'view', body: Buffer.alloc(1) };
    const [first, second] = await Promise.allSettled([
      narrow.publish({ ...event, eventId: 'a' }),
      narrow.publish({ ...event, eventId: 'b' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'RESOURCE_EXHAUSTED' } });
  });
});
