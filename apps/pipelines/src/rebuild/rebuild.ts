import { formatDay, startOfDay, type Day, type Mark, type Schema } from '@affinity/domain';
import { listUpstreamChains, type ChainedObject, type DatasetLayout, type ObjectStore } from '@affinity/lake';
import {
  openGeneration,
  updateGeneration,
  type CheckpointStore,
  type Generation,
  type GenerationSet,
  type GenerationStore,
  type StoredTile,
  type TileStore,
  type TombstoneSet,
  type TombstoneStore,
} from '@affinity/profile-storage';
import { AffinityError, type Clock } from '@affinity/service-kit';
import { copyTiles } from './copy-tiles';
import { NewTileStore } from './new-tile-store';
import { PacedTileStore } from './paced-tile-store';
import { replayShard, type ReplayCounts } from './shard-replay';

/** The stores of one generation. */
export interface GenerationStores {
  readonly tiles: TileStore & { scan(): AsyncIterable<StoredTile> };
  /** Of the stream's writers. */
  readonly checkpoints: CheckpointStore;
  /** Holds the stream's messages back from being purged until the generation's writers have read them. */
  readonly register: () => Promise<void>;
}

/** What is rebuilt, and with what. */
export interface RebuildOptions {
  /** First and last day of events that are counted anew. */
  readonly from: Day;
  readonly to: Day;
  /** The schema by which the new generation counts. */
  readonly schema: Schema;
  /** Its text, where it is not the deployment's. */
  readonly schemaText: string | undefined;
  readonly objects: ObjectStore;
  readonly prefix: string;
  readonly layout: DatasetLayout;
  readonly generations: GenerationStore;
  readonly storesOf: (generation: number) => GenerationStores;
  readonly tombstones: TombstoneStore;
  readonly readTombstones: () => Promise<TombstoneSet>;
  /** Checkpoints of the lake's writer, by shard. */
  readonly sinkCheckpoints: CheckpointStore;
  readonly region: string;
  readonly writesPerSecond: number;
  readonly maxDirtyTiles: number;
  readonly maxOpenBytes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** What came of a rebuild. */
export interface RebuildReport extends ReplayCounts {
  readonly generation: number;
  readonly copiedFrom: number;
  readonly resumed: boolean;
  readonly tilesCopied: number;
}

const millisecondsPerDay = 86_400_000;
const reportEveryMs = 2_000;

/**
 * Makes a new generation of tiles from history while another serves.
 *
 * B1. The generation is opened, and its reader registered, before the lake's checkpoints are read, and these before its objects
 *     are listed. So all that was ever purged from the stream is in the objects, and nothing more is purged than the new
 *     generation's own checkpoints allow: when its writers take over where the replay ends, the stream has all that follows.
 * B2. Days outside the range are copied from the generation that serves, each tile with its mark; days inside are not. Then
 *     every line since the first is offered to its tile, whatever its day: a copied tile takes what its mark does not cover
 *     (O1), a rebuilt one takes all.
 * B3. The lines begin early enough: none before them is of a rebuilt day, because no event is further ahead of its arrival than
 *     the schema allows; and the generation that is copied from has stored everything before them.
 * B4. The replay folds with the code, the marks and the conditions of the stream's writers, in stream order (H1). Whatever is
 *     cut short is begun again from the checkpoints, and two rebuilds of one generation refuse each other's writes.
 * B5. The stream's writers feed the generation only after the replay has left each partition's checkpoint at the lake's end,
 *     and go on from there: nothing in between is lost, and nothing is counted twice.
 * B6. Tombstones are outside generations: what they cover is counted in none.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { storesOf, generations, progress } = options;
  const { generation, resumed } = await openOrResume(options);
  const { number, origin } = generation;
  const stores = storesOf(number);
  const copiedFrom = origin?.copiedFrom ?? 1;
  const done = { generation: number, copiedFrom, resumed, tilesCopied: 0, events: 0, counted: 0, refused: 0 };
  if (generation.state === 'fed') {
    progress(`generation ${number} is rebuilt already`);
    return done;
  }
  await stores.register(); // B1
  const histories = await planHistories(options, storesOf(copiedFrom).checkpoints);
  const isRebuilt = (day: Day): boolean => day >= options.from && day <= options.to;
  // What a run before this one has left is not known here.
  const tiles = resumed ? stores.tiles : new NewTileStore(stores.tiles, isRebuilt);
  const paced = new PacedTileStore(tiles, options);
  const tilesCopied = origin?.copied === true ? 0 : await copyOtherDays(options, { number, copiedFrom, paced });
  const counts = await replayAll(options, { histories, stores, paced });
  await generations.change((set) => updateGeneration(set, number, handedOver)); // B5
  progress(`generation ${number} is fed by the stream's writers from now on`);
  return { ...done, ...counts, tilesCopied };
}

/** The shards whose history is replayed. */
export interface ShardPlan {
  readonly shard: number;
  readonly partitions: readonly number[];
  readonly chain: readonly ChainedObject[];
  readonly end: Mark | undefined;
}

/** Which objects of each shard are read. Throws FAILED_PRECONDITION when the copied generation lags behind their beginning. */
export async function planHistories(
  options: Pick<RebuildOptions, 'objects' | 'prefix' | 'layout' | 'sinkCheckpoints' | 'from' | 'schema'>,
  live: CheckpointStore,
): Promise<readonly ShardPlan[]> {
  const { objects, prefix, layout, sinkCheckpoints } = options;
  const shards = Array.from({ length: layout.shards }, (_, shard) => shard);
  const ends = await Promise.all(shards.map((shard) => sinkCheckpoints.read(shard))); // B1
  const chains = await listUpstreamChains(objects, prefix);
  return Promise.all(
    shards.map(async (shard) => {
      const whole = chains.get(shard) ?? [];
      const chain = whole.slice(firstObject(whole, earliestArrivalNs(options)));
      const all = Array.from({ length: layout.partitions }, (_, partition) => partition);
      const partitions = all.filter((partition) => partition % layout.shards === shard);
      const first = chain[0];
      if (first !== undefined && chain.length < whole.length) await requireStored(live, partitions, first);
      return { shard, partitions, chain, end: ends[shard]?.mark };
    }),
  );
}

/** B3, with a day for the difference between the clocks of ingest and of the stream. */
function earliestArrivalNs({ from, schema }: Pick<RebuildOptions, 'from' | 'schema'>): bigint {
  return BigInt(startOfDay(from) - schema.allowedSkewMs - millisecondsPerDay) * 1_000_000n;
}

/** The last object that begins at or before an instant, since it may reach across it. */
function firstObject(chain: readonly ChainedObject[], instantNs: bigint): number {
  const after = chain.findIndex(({ first }) => first.timestampNs > instantNs);
  return Math.max(0, (after === -1 ? chain.length : after) - 1);
}

/** B3 */
async function requireStored(
  live: CheckpointStore,
  partitions: readonly number[],
  first: ChainedObject,
): Promise<void> {
  for (const partition of partitions) {
    const checkpoint = await live.read(partition);
    if (checkpoint !== undefined && checkpoint.mark.sequence + 1 >= first.first.sequence) continue;
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `the generation that serves has not stored partition ${partition} up to object ${first.key} yet: try later`,
    );
  }
}

interface Opened {
  readonly generation: Generation;
  readonly resumed: boolean;
}

/** The unfinished or unserved generation of the same wish, or a new one. */
async function openOrResume(options: RebuildOptions): Promise<Opened> {
  const before = await options.generations.read();
  const same = before.open.find((generation) => isSameWish(generation, before, options));
  if (same !== undefined) return { generation: same, resumed: true };
  const { from, to, schemaText } = options;
  const set = await options.generations.change((current) =>
    openGeneration(current, {
      from: formatDay(from),
      to: formatDay(to),
      copiedFrom: current.serving,
      copied: false,
      ...(schemaText === undefined ? {} : { schema: schemaText }),
    }),
  );
  const generation = set.open.at(-1);
  if (generation === undefined) throw new AffinityError('INTERNAL', 'the new generation is not among the open ones');
  return { generation, resumed: false };
}

function isSameWish(
  { number, state, origin }: Generation,
  { serving, previous }: GenerationSet,
  { from, to, schemaText }: RebuildOptions,
): boolean {
  if (state === 'dropped' || number === serving || number === previous || origin === undefined) return false;
  return origin.from === formatDay(from) && origin.to === formatDay(to) && origin.schema === schemaText;
}

/** B2 */
async function copyOtherDays(
  options: RebuildOptions,
  { number, copiedFrom, paced }: { readonly number: number; readonly copiedFrom: number; readonly paced: TileStore },
): Promise<number> {
  const { from, to, storesOf, region, clock, signal, progress, generations } = options;
  const report = throttled(options);
  const copied = await copyTiles({
    source: storesOf(copiedFrom).tiles.scan(),
    target: paced,
    isRebuilt: (day) => day >= from && day <= to,
    region,
    erased: await options.readTombstones(),
    nowMs: clock.now(),
    signal,
    onCopied: (tiles) => report(`copied ${tiles} tiles of other days`),
  });
  progress(`copied ${copied} tiles of other days from generation ${copiedFrom}`);
  await generations.change((set) =>
    updateGeneration(set, number, (known) =>
      known.origin === undefined ? known : { ...known, origin: { ...known.origin, copied: true } },
    ),
  );
  return copied;
}

async function replayAll(
  options: RebuildOptions,
  {
    histories,
    stores,
    paced,
  }: {
    readonly histories: readonly ShardPlan[];
    readonly stores: GenerationStores;
    readonly paced: PacedTileStore;
  },
): Promise<ReplayCounts> {
  const { tombstones, region, clock } = options;
  const total: ReplayCounts = { events: 0, counted: 0, refused: 0 };
  const startedAt = clock.now();
  const report = throttled(options);
  let read = 0;
  for (const history of histories) {
    const counts = await replayShard(history, {
      ...options,
      stores: { tiles: paced, checkpoints: stores.checkpoints, tombstones, region },
      onRead: (events) => {
        read += events;
        const perSecond = Math.round((read * 1_000) / Math.max(1, clock.now() - startedAt));
        report(`${read} lines, ${perSecond} a second, ${paced.writes} writes, shard ${history.shard}`);
      },
    });
    total.events += counts.events;
    total.counted += counts.counted;
    total.refused += counts.refused;
  }
  options.progress(`${read} lines in ${Math.round((clock.now() - startedAt) / 1_000)} s, ${paced.writes} writes`);
  return total;
}

function throttled({ clock, progress }: Pick<RebuildOptions, 'clock' | 'progress'>): (line: string) => void {
  let nextAt = clock.now() + reportEveryMs;
  return (line) => {
    if (clock.now() < nextAt) return;
    nextAt = clock.now() + reportEveryMs;
    progress(line);
  };
}

function handedOver(generation: Generation): Generation {
  if (generation.state === 'dropped')
    throw new AffinityError('FAILED_PRECONDITION', `generation ${generation.number} was dropped meanwhile`);
  return { ...generation, state: 'fed' };
}
