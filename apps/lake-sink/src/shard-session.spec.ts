import type { Mark } from '@affinity/domain';
import { fromMetadata, type InMemoryObjectStore, type RangeFacts } from '@affinity/lake';
import { createManualClock } from '@affinity/service-kit';
import * as fc from 'fast-check';
import { RangeWriter, type RangeObject } from './range-writer';
import { ShardSession, type ReadShard, type ShardMessage } from './shard-session';
import { SinkSimulation, type LifePlan } from './sink-simulation.fixture';

interface Found extends RangeFacts {
  readonly key: string;
  readonly lines: readonly string[];
}

async function storedRanges(objects: InMemoryObjectStore): Promise<Found[]> {
  const found: Found[] = [];
  for await (const { key } of objects.list('upstream/')) {
    const object = (await objects.get(key))!;
    const lines = Buffer.from(object.body).toString().split('\n').filter(Boolean);
    found.push({ key, lines, ...fromMetadata(key, object.metadata) });
  }
  return found;
}

function inRange(message: Mark, { first, last }: RangeFacts): boolean {
  return message.timestampNs >= first.timestampNs && message.timestampNs <= last.timestampNs;
}

const fate = fc.constantFrom('works', 'works', 'fails before', 'fails after', 'dies before', 'dies after');
const lifePlan = fc.record({
  flushBytes: fc.integer({ min: 1, max: 200 }),
  fates: fc.array(fate, { maxLength: 8 }),
  stopAfter: fc.integer({ min: 1, max: 60 }),
  readsAll: fc.boolean(),
});
const lastLife: LifePlan = { flushBytes: 60, fates: [], stopAfter: Infinity, readsAll: true };

const schedule = fc.record({
  messages: fc.integer({ min: 1, max: 25 }),
  waves: fc.array(fc.array(lifePlan, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  lost: fc.integer({ min: 0, max: 6 }),
  added: fc.integer({ min: 0, max: 10 }),
});

/** A session on a shard's messages as they are given, whatever its checkpoint says. */
async function storeMessages(
  simulation: SinkSimulation,
  messages: readonly Mark[],
  { flushBytes = Infinity, flushMs = Infinity }: { readonly flushBytes?: number; readonly flushMs?: number } = {},
): Promise<void> {
  const { objects, checkpoints } = simulation;
  const shard = { prefix: 'test', shard: 0, compression: 'none' } as const;
  const ranges = new RangeWriter({ shard, objects, checkpoints, writer: 'test' });
  const clock = createManualClock();
  const read: ReadShard = async function* ({ storedCheckpoint }) {
    await storedCheckpoint();
    for (const position of messages) {
      yield { position, subject: 'events.0.view', data: new Uint8Array() };
      clock.advance(1);
    }
  };
  // Timers stand still: what is due is found by the clock alone.
  const still = { ...clock, sleep: () => new Promise<void>(() => undefined) };
  const observer = { onStored: () => undefined, onProblem: () => undefined };
  const toLine = ({ position }: ShardMessage) => Promise.resolve(`line ${position.sequence}`);
  const idle = { everyMs: Infinity, position: () => Promise.resolve(undefined) };
  const session = new ShardSession({ read, ranges, toLine, flushBytes, flushMs, clock: still, observer, idle });
  const { signal } = new AbortController();
  await session.run({ intake: signal, work: signal });
}

function encodeGzipped(): Promise<RangeObject> {
  const { objects, checkpoints } = new SinkSimulation(0);
  const shard = { prefix: 'test', shard: 0, compression: 'gzip' } as const;
  const [mark] = marks(1);
  const writer = new RangeWriter({ shard, objects, checkpoints, writer: 'test' });
  return writer.encode({ first: mark!, last: mark!, count: 1, body: Buffer.from('line\n'.repeat(100)) });
}

function marks(count: number): Mark[] {
  return Array.from({ length: count }, (_, i) => ({ sequence: i + 1, timestampNs: BigInt(i + 1) }));
}

async function linesOf(simulation: SinkSimulation): Promise<(readonly string[])[]> {
  return (await storedRanges(simulation.objects)).map(({ lines }) => lines);
}

describe('ShardSession', () => {
  it('stores a range as soon as its lines have the bytes, and the rest at the end', async () => {
    const simulation = new SinkSimulation(0);
    await storeMessages(simulation, marks(5), { flushBytes: 14 });
    expect(await linesOf(simulation)).toEqual([['line 1', 'line 2'], ['line 3', 'line 4'], ['line 5']]);
  });

  it('stores a range once its first message has waited long enough, though messages never cease', async () => {
    const simulation = new SinkSimulation(0);
    await storeMessages(simulation, marks(5), { flushMs: 2 });
    expect(await linesOf(simulation)).toEqual([
      ['line 1', 'line 2', 'line 3'],
      ['line 4', 'line 5'],
    ]);
  });

  it('passes over a message that its checkpoint covers, which reading by time may bring again', async () => {
    const simulation = new SinkSimulation(0);
    const [first, second] = [
      { sequence: 1, timestampNs: 9n },
      { sequence: 2, timestampNs: 9n },
    ];
    await storeMessages(simulation, [first, second]);
    await storeMessages(simulation, [first, { sequence: 2, timestampNs: 10n }]);
    expect(await linesOf(simulation)).toEqual([['line 1', 'line 2'], ['line 2']]);
  });

  it('writes equal bytes for equal ranges, whoever compresses them', async () => {
    const [range, other] = await Promise.all([1, 2].map(() => encodeGzipped()));
    expect(range?.object.body).toEqual(other?.object.body);
    expect(range?.object.metadata['count']).toBe('1');
  });

  it('puts each message into exactly one unbroken range, however its writers crash, fail and overlap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), schedule, async (scheduler, { messages, waves, lost, added }) => {
        const simulation = new SinkSimulation(messages);
        const gate = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
        const failures: unknown[] = [];
        const drift = async (): Promise<void> => {
          await gate('lose tail');
          simulation.loseTail(lost);
          await gate('publish');
          simulation.append(added);
        };
        for (const [index, plans] of waves.entries()) {
          for (const plan of plans) simulation.live(plan, gate).catch((error: unknown) => failures.push(error));
          if (index === 0) void drift();
          await scheduler.waitIdle();
        }
        while (!(await scheduler.waitFor(simulation.live(lastLife, gate))));
        await scheduler.waitIdle();

        expect(failures).toEqual([]);
        const ranges = await storedRanges(simulation.objects);
        for (const message of simulation.stream) {
          expect(ranges.filter((range) => inRange(message, range)).map(({ key }) => key)).toHaveLength(1);
        }
        const lines = ranges.flatMap((range) => range.lines);
        expect(new Set(lines).size).toBe(lines.length);
        for (const range of ranges) expect(range.lines).toHaveLength(range.count);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
