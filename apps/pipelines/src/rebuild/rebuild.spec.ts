import { encodeDimension, toAttributes, toInteraction, type RecordedEvent } from '@affinity/contracts';
import { dayOf, partitionOf, refusalOf, type Mark } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { erasureLine, eventLine, InMemoryObjectStore, toMetadata, upstreamKey } from '@affinity/lake';
import {
  InMemoryCheckpointStore,
  InMemoryTileStore,
  InMemoryTombstoneStore,
  PartitionSession,
  type GenerationSet,
  type GenerationStore,
  type ReadRecord,
  type StoredTile,
  type TileWrite,
  type TileWriteResult,
  type TombstoneSet,
} from '@affinity/profile-storage';
import { fromUnknown, systemClock, unavailable } from '@affinity/service-kit';
import fc from 'fast-check';
import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { rebuild, type GenerationStores, type RebuildOptions } from './rebuild';
import { verifyGenerations } from './verify-generations';

/*
 * The rebuild's own code over random histories: a live writer counts messages and flushes when it likes, the lake has them up to
 * some point in objects of any size, users are erased, the rebuild dies again and again, and in the end the stream's writers go
 * on from where it left. Both generations must be the same to the bit in every tile.
 */

const partitions = 3;
const shards = 2;
const prefix = 'crm/clicks';
const region = 'r1';
const dayMs = 86_400_000;
const beginMs = Date.parse('2026-11-01T12:00:00Z');
const users = ['a', 'b', 'c', 'd', 'e'];

const schema = schemaOf({
  version: '1',
  event_types: { view: 1, park: 5 },
  dimensions: [
    { name: 'colour', kind: 'categorical', cap: 2 },
    { name: 'price', kind: 'numeric' },
  ],
  allowed_lateness_days: 3,
  retention_days: 3_000,
});

interface Message {
  readonly partition: number;
  readonly position: Mark;
  readonly record: ReadRecord;
  readonly line: string;
}

interface Step {
  readonly user: string;
  readonly kind: 'event' | 'repeat' | 'erasure' | 'unknown';
  readonly lateDays: number;
  readonly colour: string;
  readonly price: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  user: fc.constantFrom(...users),
  kind: fc.constantFrom<Step['kind'][]>('event', 'event', 'event', 'event', 'repeat', 'erasure', 'unknown'),
  lateDays: fc.constantFrom(0, 0, 0, 1, 2, 5),
  colour: fc.constantFrom('red', 'blue', 'green', 'grey'),
  price: fc.double({ min: 1, max: 1e6, noNaN: true }),
});

const history = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 80 }),
  /** Which share of the messages the live writer had counted, and the lake had, when the rebuild began. */
  liveShare: fc.double({ min: 0, max: 1, noNaN: true }),
  lakeShare: fc.double({ min: 0, max: 1, noNaN: true }),
  objectSize: fc.integer({ min: 1, max: 9 }),
  fromDay: fc.integer({ min: -1, max: 6 }),
  days: fc.integer({ min: 0, max: 6 }),
  /** Writes after which the rebuild dies, each time. */
  deaths: fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 4 }),
  /** Turns of the event loop that a write lasts, during which the rebuild reads and folds on. */
  writeTurns: fc.integer({ min: 0, max: 12 }),
});

function messagesOf(steps: readonly Step[]): readonly Message[] {
  return steps.map(({ user, kind, lateDays, colour, price }, i) => {
    const atMs = beginMs + i * (dayMs / 12);
    const position = { sequence: i + 1, timestampNs: BigInt(atMs) * 1_000_000n };
    const partition = partitionOf(user, partitions);
    if (kind === 'erasure') {
      const erasure = { profileKey: user, requestedAtMs: atMs };
      const line = erasureLine({ partition, position }, { profileKey: user, requestedAt: new Date(atMs) });
      return { partition, position, record: { position, erasure }, line: line ?? '' };
    }
    const recorded: RecordedEvent = {
      event: {
        eventId: kind === 'repeat' ? `${user}-repeated` : `e${i}`,
        userId: user,
        sessionId: '',
        eventType: kind === 'unknown' ? 'unheard' : 'view',
        itemId: `i${i % 3}`,
        occurredAt: new Date(atMs - lateDays * dayMs),
        attributes: toAttributes(
          new Map<string, string | number>([
            ['colour', colour],
            ['price', price],
          ]),
        ),
        recommendationId: '',
        impression: [],
      },
      receivedAt: new Date(atMs),
      unknownItem: false,
    };
    const interaction = toInteraction(recorded);
    const counts = interaction !== undefined && refusalOf(interaction, schema) === undefined;
    const record = counts ? { position, interaction } : { position };
    return { partition, position, record, line: eventLine({ partition, position }, recorded) ?? '' };
  });
}

type Stores = GenerationStores & { readonly tiles: DyingTileStore };

/** A tile store whose writes fail for good after some number of them, as if the process that writes had died. */
class DyingTileStore extends InMemoryTileStore {
  writesLeft = Infinity;
  writeTurns = 0;
  died = new AbortController();

  override async write(write: TileWrite): Promise<TileWriteResult> {
    if (this.writesLeft <= 0) this.died.abort(new Error('died'));
    if (this.died.signal.aborted) throw unavailable('died');
    this.writesLeft -= 1;
    const { died } = this;
    const asCalled = { ...write, changed: structuredClone(write.changed) };
    for (let turn = 0; turn < this.writeTurns; turn += 1) await turnOfEventLoop();
    if (died.signal.aborted) throw unavailable('died'); // Of a process that is dead nothing is on its way any more.
    return super.write(asCalled);
  }

  async *scan(): AsyncGenerator<StoredTile, void, undefined> {
    yield* await Promise.resolve(this.all());
  }
}

class World {
  readonly objects = new InMemoryObjectStore();
  readonly tombstones = new InMemoryTombstoneStore();
  readonly sinkCheckpoints = new InMemoryCheckpointStore();
  readonly stores = new Map<number, Stores>();
  set: GenerationSet = { serving: 1, next: 2, open: [{ number: 1, state: 'fed' }] };
  readonly generations: GenerationStore = {
    read: () => Promise.resolve(this.set),
    change: (change) => Promise.resolve((this.set = change(this.set))),
  };

  storesOf(generation: number): Stores {
    const known = this.stores.get(generation);
    if (known !== undefined) return known;
    const made: Stores = {
      tiles: new DyingTileStore(),
      checkpoints: new InMemoryCheckpointStore(),
      register: () => Promise.resolve(),
    };
    this.stores.set(generation, made);
    return made;
  }

  /** What a writer of the stream does from its checkpoint on, for all messages up to one. */
  async feed(generation: number, messages: readonly Message[]): Promise<void> {
    const { tiles, checkpoints } = this.storesOf(generation);
    for (let partition = 0; partition < partitions; partition += 1) {
      const session = new PartitionSession({
        partition,
        region,
        schema,
        tiles,
        checkpoints,
        tombstones: this.tombstones,
        writer: randomUUID(),
        maxOpenBytes: 10_000,
        isStored: () => Promise.resolve(true),
        onFlushed: () => Promise.resolve(),
        onErased: () => Promise.resolve(),
      });
      const from = (await session.loadCheckpoint())?.sequence ?? 0;
      const own = messages.filter((message) => message.partition === partition && message.position.sequence > from);
      await session.fold(
        own.map(({ record }) => record),
        new AbortController().signal,
      );
      await session.flushUsers();
      await session.flushPopulation();
      await session.saveCheckpoint();
      const last = messages.at(-1);
      if (last !== undefined && (session.position?.sequence ?? 0) < last.position.sequence)
        await session.advanceIdle(last.position, session.position);
    }
  }

  async sink(messages: readonly Message[], objectSize: number): Promise<void> {
    for (let shard = 0; shard < shards; shard += 1) {
      const own = messages.filter(({ partition }) => partition % shards === shard);
      for (let at = 0; at < own.length; at += objectSize) await this.putObject(shard, own.slice(at, at + objectSize));
      const mark = messages.at(-1)?.position;
      if (mark !== undefined) await this.sinkCheckpoints.write(shard, { mark, version: 1, writer: 'sink' }, 0);
    }
  }

  private async putObject(shard: number, messages: readonly Message[]): Promise<void> {
    const [first, last] = [messages[0]!.position, messages.at(-1)!.position];
    const body = Buffer.from(messages.map(({ line }) => `${line}\n`).join(''));
    const sha256 = createHash('sha256').update(body).digest('hex');
    const metadata = toMetadata({ first, last, count: messages.length, sha256 });
    const key = upstreamKey({ prefix, shard, compression: 'none' }, first);
    await this.objects.put(key, { body, contentType: 'application/x-ndjson', metadata });
  }

  async tombstoneSet(): Promise<TombstoneSet> {
    const found = await this.tombstones.read(users);
    return { digest: '', size: found.size, find: (profileKey) => found.get(profileKey) };
  }

  options(over: Pick<RebuildOptions, 'from' | 'to' | 'signal'>): RebuildOptions {
    return {
      ...over,
      schema,
      schemaText: undefined,
      objects: this.objects,
      prefix,
      layout: { partitions, shards, compression: 'none' },
      generations: this.generations,
      storesOf: (generation) => this.storesOf(generation),
      tombstones: this.tombstones,
      readTombstones: () => this.tombstoneSet(),
      sinkCheckpoints: this.sinkCheckpoints,
      region,
      writesPerSecond: 1e9,
      maxDirtyTiles: 3,
      maxOpenBytes: 10_000,
      clock: { ...systemClock, sleep: () => Promise.resolve() },
      progress: () => undefined,
    };
  }
}

/** All that counts in a tile, by its place. */
function contents(store: InMemoryTileStore): Record<string, unknown> {
  return Object.fromEntries(
    store.all().map(({ key, tile, eventIdHashes }) => {
      const states = [...tile.dimensions].map(([name, state]) => [
        name,
        Buffer.from(encodeDimension(state)).toString('hex'),
      ]);
      return [`${JSON.stringify(key.owner)} ${key.day}`, [tile.eventCount, eventIdHashes, Object.fromEntries(states)]];
    }),
  );
}

interface DyingRebuild {
  readonly from: number;
  readonly to: number;
  readonly deaths: readonly number[];
  readonly writeTurns: number;
}

async function rebuildDying(world: World, { from, to, deaths, writeTurns }: DyingRebuild): Promise<number> {
  for (const writes of [...deaths, Infinity]) {
    const { tiles } = world.storesOf(
      world.set.open.at(-1)?.state === 'replaying' ? world.set.open.at(-1)!.number : world.set.next,
    );
    tiles.writesLeft = writes;
    tiles.writeTurns = writeTurns;
    tiles.died = new AbortController();
    try {
      const { generation } = await rebuild(world.options({ from, to, signal: tiles.died.signal }));
      tiles.writesLeft = Infinity;
      tiles.writeTurns = 0;
      return generation;
    } catch (error) {
      if (!tiles.died.signal.aborted) throw error;
    }
  }
  throw new Error('the last attempt does not die');
}

describe('rebuild', () => {
  it('makes the same tiles as the live writers, to the bit, whatever cuts it short and whichever days are copied', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        async ({ steps, liveShare, lakeShare, objectSize, fromDay, days, deaths, writeTurns }) => {
          const world = new World();
          const messages = messagesOf(steps);
          const live = Math.round(liveShare * messages.length);
          const from = dayOf(beginMs) + fromDay;
          await world.sink(messages.slice(0, Math.round(lakeShare * messages.length)), objectSize);
          await world.feed(1, messages.slice(0, live));
          const attempt = rebuildDying(world, { from, to: from + days, deaths, writeTurns });
          // The live generation lags behind the first object that would be read: nothing may be made of that.
          const generation = await attempt.catch((error: unknown) => {
            if (fromUnknown(error).code === 'FAILED_PRECONDITION') return undefined;
            throw error;
          });
          fc.pre(generation !== undefined);
          await world.feed(1, messages);
          await world.feed(generation, messages);
          expect(contents(world.storesOf(generation).tiles)).toEqual(contents(world.storesOf(1).tiles));
          const [left, right] = [world.storesOf(1).tiles, world.storesOf(generation).tiles];
          const compared = {
            live: left,
            rebuilt: right,
            erased: await world.tombstoneSet(),
            clock: systemClock,
            settleMs: 0,
          };
          expect(await verifyGenerations(compared)).toMatchObject({ differing: 0, missing: 0, surplus: 0 });
        },
      ),
      { numRuns: 200 },
    );
  }, 120_000);
});
