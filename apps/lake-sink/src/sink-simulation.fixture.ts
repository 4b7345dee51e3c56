import { sameMark, type Mark } from '@affinity/domain';
import { InMemoryObjectStore, type ObjectStore } from '@affinity/lake';
import { InMemoryCheckpointStore, type CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, unavailable } from '@affinity/service-kit';
import { RangeWriter } from './range-writer';
import { ShardSession, type ReadShard, type ShardMessage } from './shard-session';

/** What happens to one call of a port: it works, it fails before or after its effect, or the process dies there. */
export type Fate = 'works' | 'fails before' | 'fails after' | 'dies before' | 'dies after';

/** How one process lives. */
export interface LifePlan {
  readonly flushBytes: number;
  /** Fates of its puts and checkpoint writes, in order; then all work. */
  readonly fates: readonly Fate[];
  /** Messages after which it is told to stop. */
  readonly stopAfter: number;
  /** Whether this version of the program can read every message. */
  readonly readsAll: boolean;
}

/** Waits until the schedule lets a step happen. */
export type Gate = (label: string) => Promise<void>;

const never = (): Promise<never> => new Promise(() => undefined);

/** A stream, an object store and checkpoints that many lives of a sink share, each call at the mercy of a schedule. */
export class SinkSimulation {
  readonly objects = new InMemoryObjectStore();
  readonly checkpoints = new InMemoryCheckpointStore();
  private messages: Mark[] = [];
  private clockNs = 1_700_000_000_000_000_000n;
  private lives = 0;

  constructor(messages: number) {
    this.append(messages);
  }

  /** What the stream holds now. */
  get stream(): readonly Mark[] {
    return this.messages;
  }

  /** Publishes messages, not all of them of this shard. */
  append(count: number): void {
    for (let added = 0; added < count; added += 1) {
      const sequence = (this.messages.at(-1)?.sequence ?? 0) + 1 + (added % 3);
      this.messages.push({ sequence, timestampNs: (this.clockNs += 7n) });
    }
  }

  /** The server crashes and loses the newest messages; the next ones bear their numbers, at later times. */
  loseTail(count: number): void {
    this.messages = this.messages.slice(0, Math.max(0, this.messages.length - count));
    this.clockNs += 1_000_000_000n;
  }

  /**
   * One process: session after session until it is told to stop. True: all that it read is stored; false: its last session
   * was cut short, as by meeting another's object. Never settles when it died.
   */
  async live(plan: LifePlan, gate: Gate): Promise<boolean> {
    this.lives += 1;
    const life = new Life(plan, gate, `life ${this.lives}`);
    const [intake, work] = [new AbortController(), new AbortController()];
    let complete = false;
    for (let session = 1; !intake.signal.aborted; session += 1) {
      const writer = `${life.name}/${session}`;
      const shard = { prefix: 'test', shard: 0, compression: 'none' as const };
      const ports = { objects: life.objectStore(this.objects), checkpoints: life.checkpointStore(this.checkpoints) };
      const ranges = new RangeWriter({ shard, writer, ...ports });
      const { flushBytes } = plan;
      const read = this.reader(life, intake);
      const observer = { onStored: () => undefined, onProblem: () => undefined };
      const idle = { everyMs: Infinity, position: () => Promise.resolve(undefined) };
      const options = { read, ranges, flushBytes, flushMs: 1, clock: life.clock, observer, idle };
      const running = new ShardSession({ ...options, toLine: (message) => life.toLine(message) });
      const end = await running.run({ intake: intake.signal, work: work.signal }).catch((error: unknown) => {
        if (!(error instanceof AffinityError && error.code === 'ABORTED')) throw error;
        return 'aborted';
      });
      complete = end === 'stopped';
    }
    return complete;
  }

  /** Reads as `readPartition` promises to. */
  private reader(life: Life, intake: AbortController): ReadShard {
    const nextAfter = (position: Mark | undefined): Mark | undefined =>
      this.messages.find(isAfter(position, this.messages));
    const isGone = (position: Mark): boolean => !this.messages.some((message) => sameMark(message, position));
    return async function* read({ storedCheckpoint, signal }) {
      const checkpoint = await storedCheckpoint();
      let lastRead: Mark | undefined;
      for (;;) {
        await life.gate('read');
        if (signal.aborted) return;
        if (lastRead !== undefined && isGone(lastRead)) throw new AffinityError('ABORTED', 'the stream was rewound');
        const position = nextAfter(lastRead ?? checkpoint);
        if (position === undefined || life.isOver()) break;
        yield { position, subject: 'events.0.view', data: new Uint8Array() };
        lastRead = position;
      }
      intake.abort();
    };
  }
}

/** The first message after a checkpoint: behind it if it is still there, otherwise from its instant on. */
function isAfter(checkpoint: Mark | undefined, messages: readonly Mark[]): (message: Mark) => boolean {
  if (checkpoint === undefined) return () => true;
  const present = messages.some((message) => sameMark(message, checkpoint));
  return present
    ? (message) => message.sequence > checkpoint.sequence
    : (message) => message.timestampNs >= checkpoint.timestampNs;
}

class Life {
  private read = 0;
  private calls = 0;
  private dead = false;

  constructor(
    private readonly plan: LifePlan,
    private readonly schedule: Gate,
    readonly name: string,
  ) {}

  readonly clock = {
    now: () => 0,
    random: () => 0,
    // Every timer fires whenever the schedule likes.
    sleep: async (_ms: number, signal?: AbortSignal): Promise<void> => {
      await this.gate('timer');
      signal?.throwIfAborted();
    },
  };

  async gate(label: string): Promise<void> {
    await this.schedule(`${this.name}: ${label}`);
    if (this.dead) await never();
  }

  /** Counts a message, unless the life was to end by now. */
  isOver(): boolean {
    this.read += 1;
    return this.read > this.plan.stopAfter;
  }

  toLine({ position }: ShardMessage): Promise<string | undefined> {
    const readable = this.plan.readsAll || position.sequence % 4 !== 0;
    return Promise.resolve(readable ? `${position.sequence} ${position.timestampNs}` : undefined);
  }

  objectStore(store: InMemoryObjectStore): ObjectStore {
    return {
      putIfAbsent: (key, object) => this.call('put', () => store.putIfAbsent(key, object)),
      head: (key) => this.gate('head').then(() => store.head(key)),
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
    };
  }

  checkpointStore(store: InMemoryCheckpointStore): CheckpointStore {
    return {
      read: (partition) => this.gate('load').then(() => store.read(partition)),
      write: (partition, checkpoint, expected) => this.call('save', () => store.write(partition, checkpoint, expected)),
    };
  }

  private async call<T>(label: string, effect: () => Promise<T>): Promise<T> {
    const fate = this.plan.fates[this.calls] ?? 'works';
    this.calls += 1;
    await this.gate(`${label} ${fate}`);
    if (fate === 'fails before') throw unavailable(label);
    if (fate === 'dies before') await this.die();
    const result = await effect();
    await this.gate(`${label} answered`);
    if (fate === 'fails after') throw unavailable(label);
    if (fate === 'dies after') await this.die();
    return result;
  }

  private async die(): Promise<never> {
    this.dead = true;
    return never();
  }
}
