import {
  covers,
  isNoLater,
  markOfNothing,
  partitionOf,
  type Interaction,
  type Mark,
  parseSchema,
  type Schema,
} from '@affinity/domain';
import { unavailable } from '@affinity/service-kit';
import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { InMemoryCheckpointStore, InMemoryTileStore, InMemoryTombstoneStore } from '../in-memory-stores';
import type { StoredTile, TileOwner, TileStore, TileWrite, TileWriteResult } from '../tile-store';
import { PartitionSession } from './partition-session';
import type { ReadRecord } from './read-record';
import { ForeignWriteError } from './tile-group';

/*
 * The writer's own code under random schedules: messages come, sessions crash and live on as zombies, writes fail, succeed
 * unheard or arrive late, the stream loses its tail and hands the same numbers out again, clients repeat events. Each event
 * carries its own id as a value, so a tile shows how often each was counted.
 */

const schema = ((): Schema => {
  const parsed = parseSchema({
    version: 'model',
    event_types: { view: 1 },
    dimensions: [{ name: 'id', kind: 'categorical', cap: 2_000 }],
    allowed_lateness_days: 1,
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

const users = ['a', 'b', 'c'];
const partition = partitionOf('a', 1);

/** A message of the partition or, without a record, of another one. */
type Message = ReadRecord & { readonly foreign?: boolean };

/** A stream that can lose its tail. */
class ModelStream {
  messages: Message[] = [];
  readonly lost: Message[] = [];
  private nowNs = 1_000_000n;
  private events = 0;

  publish(user: string): void {
    this.events += 1;
    const eventId = `e${this.events}`;
    const atMs = this.tick();
    this.append({
      interaction: {
        eventId,
        profileKey: user,
        eventType: 'view',
        occurredAtMs: atMs,
        receivedAtMs: atMs,
        attributes: new Map([['id', eventId]]),
      },
    });
  }

  /** A client repeats an event that the stream may hold already. */
  repeat(index: number): void {
    const known = interactionsOf([...this.messages, ...this.lost]);
    const interaction = known[index % Math.max(1, known.length)];
    if (interaction !== undefined) this.append({ interaction });
  }

  erase(profileKey: string): void {
    this.append({ erasure: { profileKey, requestedAtMs: this.tick() } });
  }

  /** A message of another partition. */
  publishForeign(): void {
    this.append({ foreign: true });
  }

  rollBack(by: number): void {
    this.lost.push(...this.messages.splice(Math.max(0, this.messages.length - by)));
    this.nowNs += 1_000_000n;
  }

  /** The partition's messages after a checkpoint, as the partition reader finds them. */
  after(checkpoint: Mark | undefined): readonly Message[] {
    if (checkpoint === undefined) return this.own();
    if (this.holds(checkpoint)) return this.own(checkpoint.sequence);
    return this.own().filter(({ position }) => position.timestampNs >= checkpoint.timestampNs);
  }

  /** The stream's end, if nothing of the partition is between it and what was last read. */
  idlePosition(lastRead: Mark = markOfNothing): Mark | undefined {
    const end = this.messages.at(-1);
    const own = this.own().at(-1);
    if (end === undefined || covers(lastRead, end.position)) return undefined;
    return own === undefined || covers(lastRead, own.position) ? end.position : undefined;
  }

  /** Whether the very message of a position is in the stream now. */
  holds({ sequence, timestampNs }: Mark): boolean {
    return this.messages[sequence - 1]?.position.timestampNs === timestampNs;
  }

  private own(after = 0): readonly Message[] {
    return this.messages.slice(after).filter(({ foreign }) => foreign !== true);
  }

  private append(record: Omit<Message, 'position'>): void {
    this.tick();
    this.messages.push({ ...record, position: { sequence: this.messages.length + 1, timestampNs: this.nowNs } });
  }

  private tick(): number {
    this.nowNs += 10_000n;
    return Number(this.nowNs);
  }
}

function interactionsOf(messages: readonly Message[]): Interaction[] {
  return messages.flatMap(({ interaction }) => (interaction === undefined ? [] : [interaction]));
}

type WriteFate = 'done' | 'failed' | 'unheard' | 'late';

/** A store whose next writes meet the given fates. */
class FaultyTileStore implements TileStore {
  readonly fates: WriteFate[] = [];
  private late: (() => Promise<unknown>)[] = [];

  constructor(private readonly inner: InMemoryTileStore) {}

  read(keys: Parameters<TileStore['read']>[0]): Promise<readonly (StoredTile | undefined)[]> {
    return this.inner.read(keys);
  }

  async write(write: TileWrite): Promise<TileWriteResult> {
    // The request is on its way with the bytes that it had when it was sent.
    const changed = new Map([...write.changed].map(([name, state]) => [name, structuredClone(state)]));
    const send = (): Promise<TileWriteResult> => this.inner.write({ ...write, changed });
    switch (this.fates.shift() ?? 'done') {
      case 'done':
        return send();
      case 'failed':
        throw unavailable('refused');
      case 'unheard':
        await send();
        throw unavailable('no answer');
      case 'late':
        this.late.push(send);
        throw unavailable('no answer yet');
    }
  }

  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    return this.inner.eraseOwner(owner, upTo);
  }

  async arrive(): Promise<void> {
    const arriving = this.late;
    this.late = [];
    for (const send of arriving) await send();
  }
}

function profileKeyOf(owner: TileOwner): string[] {
  return owner.kind === 'user' ? [owner.profileKey] : [];
}

const chores = ['flushUsers', 'flushPopulation', 'saveCheckpoint', 'moveWhileIdle'] as const;
type Chore = (typeof chores)[number];

/** A writer that follows the stream, starting again from the checkpoint when it must. */
class ModelWriter {
  private static writers = 0;
  readonly announced: { readonly upTo: number; readonly users: readonly string[] }[] = [];
  private session!: PartitionSession;
  private unread: readonly Message[] = [];
  private hasRead = false;
  private idle: { readonly from: Mark | undefined; readonly to: Mark } | undefined;

  private constructor(private readonly world: World) {}

  static async start(world: World): Promise<ModelWriter> {
    const writer = new ModelWriter(world);
    await writer.restart();
    return writer;
  }

  async restart(): Promise<void> {
    ModelWriter.writers += 1;
    this.session = new PartitionSession({
      partition,
      region: 'r',
      schema,
      tiles: this.world.tiles,
      checkpoints: this.world.checkpoints,
      writer: `w${ModelWriter.writers}`,
      maxOpenBytes: 10_000, // Small, so that tiles are evicted and read again.
      tombstones: this.world.tombstones,
      isStored: (position) => Promise.resolve(this.world.stream.holds(position)),
      onFlushed: async ({ watermark, tiles }) => {
        this.announced.push({ upTo: watermark.sequence, users: tiles.flatMap(({ key }) => profileKeyOf(key.owner)) });
      },
      onErased: () => Promise.resolve(),
    });
    this.idle = undefined;
    await this.readAgain();
  }

  /** The reader notices at reconnect that the stream is another: what was read, if anything, is dropped with the session. */
  async reconnect(): Promise<void> {
    if (this.hasRead) await this.restart();
    else await this.readAgain();
  }

  private async readAgain(): Promise<void> {
    this.unread = this.world.stream.after(await this.session.loadCheckpoint());
    this.hasRead = this.unread.length > 0;
  }

  /** Messages that came since are read too, unless this is a zombie that reads no more. */
  sees(message: Message): void {
    if (message.foreign === true) return;
    this.unread = [...this.unread, message];
    this.hasRead = true;
  }

  /** Looks whether the stream holds nothing more of the partition. */
  look(): void {
    const from = this.session.position;
    const to = this.world.stream.idlePosition(from);
    this.idle = to && { from, to };
  }

  async fold(count: number): Promise<void> {
    const records = this.unread.slice(0, count);
    this.unread = this.unread.slice(count);
    try {
      await this.session.fold(records, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof ForeignWriteError)) throw error;
      await this.restart();
    }
  }

  async moveWhileIdle(): Promise<void> {
    this.look();
    await this.attempt('moveWhileIdle');
  }

  /** Does one thing; a foreign write makes it start again, a store that is away is tried later. */
  async attempt(what: Chore): Promise<void> {
    try {
      if (what !== 'moveWhileIdle') await this.session[what]();
      else if (this.idle !== undefined) await this.session.advanceIdle(this.idle.to, this.idle.from);
    } catch (error) {
      if (error instanceof ForeignWriteError) await this.restart();
    }
  }

  /** Folds all that came, and stores it if the store lets it. */
  async catchUp(): Promise<void> {
    await this.fold(Infinity);
    await this.attempt('flushUsers');
    await this.attempt('flushPopulation');
    await this.attempt('saveCheckpoint');
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await this.catchUp();
      if (this.unread.length === 0 && !this.session.behind && this.session.dirtyTiles === 0) return;
    }
    throw new Error('the writer does not come to rest');
  }
}

class World {
  readonly stream = new ModelStream();
  readonly stored = new InMemoryTileStore();
  readonly tiles = new FaultyTileStore(this.stored);
  readonly checkpoints = new InMemoryCheckpointStore();
  readonly tombstones = new InMemoryTombstoneStore();
  writer!: ModelWriter;
  zombie: ModelWriter | undefined;

  async publish(append: () => void): Promise<void> {
    const before = this.stream.messages.length;
    append();
    for (const message of this.stream.messages.slice(before)) this.writer.sees(message);
  }

  async rollBack(by: number): Promise<void> {
    this.stream.rollBack(by);
    await this.writer.reconnect();
  }
}

type Step = (world: World) => Promise<void>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...users).map(
      (user): Step =>
        (world) =>
          world.publish(() => world.stream.publish(user)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(50).map(
      (index): Step =>
        (world) =>
          world.publish(() => world.stream.repeat(index)),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 5 }).map(
      (count): Step =>
        (world) =>
          world.writer.fold(count),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((world) => world.writer.attempt('flushUsers')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('flushPopulation')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('saveCheckpoint')) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.catchUp()) },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.publish(() => world.stream.publishForeign())) },
  { weight: 3, arbitrary: fc.constant<Step>((world) => world.writer.moveWhileIdle()) },
  { weight: 2, arbitrary: fc.constant<Step>(async (world) => world.writer.look()) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.writer.attempt('moveWhileIdle')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...users).map(
      (user): Step =>
        (world) =>
          world.publish(() => world.stream.erase(user)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.writer.restart()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(async (world) => {
      world.zombie = world.writer;
      world.writer = await ModelWriter.start(world);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 5 }).map(
      (count): Step =>
        async (world) =>
          world.zombie?.fold(count),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...chores).map(
      (what): Step =>
        async (world) =>
          world.zombie?.attempt(what),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>(async (world) => world.zombie?.moveWhileIdle()) },
  { weight: 1, arbitrary: fc.constant<Step>(async (world) => world.zombie?.look()) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(
      (by): Step =>
        (world) =>
          world.rollBack(by),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom<WriteFate>('done', 'failed', 'unheard', 'late'), { minLength: 1, maxLength: 4 })
      .map((fates): Step => async (world) => {
        world.tiles.fates.push(...fates);
      }),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.tiles.arrive()) },
);

/** How often each event is counted, over the tiles of an owner kind, as a reader sees them. */
async function countsOf(world: World, kind: 'user' | 'population'): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const tombstones = await world.tombstones.read(users);
  for (const { key, tile, mark } of world.stored.all()) {
    if (key.owner.kind !== kind) continue;
    const tombstone = key.owner.kind === 'user' ? tombstones.get(key.owner.profileKey) : undefined;
    if (tombstone !== undefined && isNoLater(mark, tombstone.mark)) continue;
    const ids = tile.dimensions.get('id');
    for (const [id, weight] of ids?.kind === 'categorical' ? ids.weights : [])
      counts.set(id, (counts.get(id) ?? 0) + weight);
  }
  return counts;
}

/** How often each event stands in the messages. */
function times(messages: readonly Message[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { eventId } of interactionsOf(messages)) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return counts;
}

/** Whether an erasure among the messages covers an event. */
function erased(messages: readonly Message[], { profileKey, occurredAtMs }: Interaction): boolean {
  return messages.some(({ erasure }) => erasure?.profileKey === profileKey && erasure.requestedAtMs >= occurredAtMs);
}

/** How often a user's tile may count an event: once, if the stream holds it and no erasure covers it. */
function allowedCounts({ messages, lost }: ModelStream, interaction: Interaction): readonly number[] {
  if (erased(messages, interaction)) return [0];
  // What the stream lost may have been counted, or have erased, before it was lost.
  if (erased(lost, interaction) || !times(messages).has(interaction.eventId)) return [0, 1];
  return [1];
}

describe('PartitionSession', () => {
  it('counts every event of the stream exactly once, whatever crashes, lags, lies, is erased or rolled back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 100, size: 'max' }), async (steps) => {
        const world = new World();
        world.writer = await ModelWriter.start(world);
        for (const run of steps) await run(world);
        await world.tiles.arrive();
        world.tiles.fates.length = 0;
        await world.writer.settle();
        await world.writer.restart();
        await world.writer.settle();

        const { stream } = world;
        const user = await countsOf(world, 'user');
        for (const interaction of interactionsOf([...stream.messages, ...stream.lost])) {
          const counted = user.get(interaction.eventId) ?? 0;
          expect([interaction.eventId, allowedCounts(stream, interaction)]).toEqual([
            interaction.eventId,
            expect.arrayContaining([counted]) as unknown,
          ]);
        }
        const [stored, lost, population] = [
          times(stream.messages),
          times(stream.lost),
          await countsOf(world, 'population'),
        ];
        for (const id of new Set([...stored.keys(), ...population.keys()])) {
          const counted = population.get(id) ?? 0;
          expect(counted).toBeGreaterThanOrEqual(stored.get(id) ?? 0);
          expect(counted).toBeLessThanOrEqual((stored.get(id) ?? 0) + (lost.get(id) ?? 0));
        }
      }),
      { numRuns: 3_000 },
    );
  }, 120_000);

  it('writes nothing when a restart meets only events that are counted already', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of users) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(3);
    await world.writer.attempt('flushUsers');
    await world.writer.attempt('flushPopulation');
    const before = world.stored.all().map(({ version }) => version);
    await world.writer.restart();
    await world.writer.settle();
    expect(world.stored.all().map(({ version }) => version)).toEqual(before);
  });

  it('keeps population events when users are flushed faster', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const what of [1, 2]) {
      await world.publish(() => world.stream.publish('a'));
      await world.writer.fold(1);
      await world.writer.attempt('flushUsers');
      if (what === 1) await world.writer.attempt('flushPopulation');
    }
    await world.writer.attempt('saveCheckpoint');
    await world.writer.restart();
    await world.writer.settle();
    expect(await countsOf(world, 'population')).toEqual(times(world.stream.messages));
  });

  it('keeps what it counted when a read that was given up is answered late', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    await world.publish(() => world.stream.publish('a'));
    const read = world.tiles.read.bind(world.tiles);
    const late = { answer: (): void => undefined };
    jest.spyOn(world.tiles, 'read').mockImplementationOnce(async (keys) => {
      const found = await read(keys);
      await new Promise<void>((resolve) => (late.answer = resolve));
      return found;
    });
    jest.spyOn(world.tiles, 'read').mockRejectedValueOnce(unavailable('the users’ tiles are away'));
    const folding = world.writer.fold(1);
    await delay(300); // Time enough to try again.
    late.answer();
    await Promise.all([folding, delay(10)]);

    await world.publish(() => world.stream.publish('b'));
    await world.writer.settle();
    expect(await countsOf(world, 'population')).toEqual(times(world.stream.messages));
  });

  it('moves the checkpoint only past events whose tiles are all stored', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    await world.publish(() => world.stream.publish('a'));
    await world.writer.fold(1);
    await world.writer.attempt('flushUsers');
    await world.writer.attempt('saveCheckpoint');
    expect(await world.checkpoints.read(partition)).toBeUndefined();
    await world.writer.attempt('flushPopulation');
    await world.writer.attempt('saveCheckpoint');
    expect((await world.checkpoints.read(partition))?.mark.sequence).toBe(1);
  });

  it('moves an idle checkpoint past no message that took the number of one that was lost', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.settle();
    await world.rollBack(1);
    await world.publish(() => world.stream.publish('c'));
    for (let i = 0; i < 3; i += 1) await world.publish(() => world.stream.publishForeign());
    world.writer.look();
    await world.writer.attempt('moveWhileIdle');
    await world.writer.restart();
    await world.writer.settle();
    expect(await countsOf(world, 'user')).toEqual(
      new Map([
        ['e1', 1],
        ['e2', 1],
        ['e3', 1],
      ]),
    );
  });

  it('announces with the next flush what was stored while another tile failed', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(2);
    world.tiles.fates.push('done', 'failed');
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([]);
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 2, users: ['a', 'b'] }]);
  });

  it('announces what came before an erasure while the erasure waits, and nothing that was erased', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.publish(() => world.stream.erase('a'));
    let away = true;
    const write = world.tombstones.write.bind(world.tombstones);
    jest.spyOn(world.tombstones, 'write').mockImplementation((...written) => {
      if (away) throw unavailable('the store is away');
      return write(...written);
    });
    const folding = world.writer.fold(3);
    while (world.writer.announced.length === 0) await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 2, users: ['a', 'b'] }]);
    away = false;
    await folding;
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced.slice(1)).toEqual([{ upTo: 3, users: [] }]);
  });

  it('announces nothing of a profile that was erased before its tile was announced', async () => {
    const world = new World();
    world.writer = await ModelWriter.start(world);
    for (const user of ['a', 'b']) await world.publish(() => world.stream.publish(user));
    await world.writer.fold(2);
    world.tiles.fates.push('done', 'failed');
    await world.writer.attempt('flushUsers');
    await world.publish(() => world.stream.erase('a'));
    await world.writer.fold(1);
    await world.writer.attempt('flushUsers');
    expect(world.writer.announced).toEqual([{ upTo: 3, users: ['b'] }]);
  });
});
