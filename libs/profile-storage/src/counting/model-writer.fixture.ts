import { type Mark, partitionOf } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { InMemoryCheckpointStore, InMemoryTileStore, InMemoryTombstoneStore } from '../in-memory-stores';
import type { TileOwner } from '../tile-store';
import { FaultyTileStore } from './faulty-tile-store.fixture';
import { ModelStream, type Message } from './model-stream.fixture';
import { PartitionSession } from './partition-session';
import { ForeignWriteError } from './tile-group';

/** Each event carries its own id as a value, so a tile shows how often each was counted. */
const schema = schemaOf({
  version: 'model',
  event_types: { view: 1 },
  dimensions: [{ name: 'id', kind: 'categorical', cap: 2_000 }],
  allowed_lateness_days: 1,
});

/** The partition that all users of the model are in. */
export const partition = partitionOf('a', 1);

/** What a writer does besides folding. */
export const chores = ['flushUsers', 'flushPopulation', 'saveCheckpoint', 'moveWhileIdle'] as const;
/** See {@link chores}. */
export type Chore = (typeof chores)[number];

/** A writer that follows the stream, starting again from the checkpoint when it must. */
export class ModelWriter {
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

/** A stream, the stores, a writer, and perhaps one that should be gone. */
export class World {
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

function profileKeyOf(owner: TileOwner): string[] {
  return owner.kind === 'user' ? [owner.profileKey] : [];
}
