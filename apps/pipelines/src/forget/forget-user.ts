import { formatDay, type Day } from '@affinity/domain';
import { openSqlEngine, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import type { TombstoneSet } from '@affinity/profile-storage';
import { AffinityError } from '@affinity/service-kit';
import { curateDay } from '../lake/curate/curate-day';
import { repeatDaysOf } from '../lake/curate/repeat-days';
import type { LakeCommandConfig } from '../lake/lake-command-settings';
import { upstreamDay } from '../lake/upstream-day';
import { eraseFromExports, removeTrainingSets } from './export-erasure';
import {
  eraseOwnDeadLetters,
  eraseOwnMessages,
  findOwnDeadLetters,
  findOwnMessages,
  type StreamErasureOptions,
} from './stream-erasure';
import type { PersonalizeErasure } from './personalize-erasure';
import { daysToMakeAgain, eraseCustomer } from './table-erasure';
import { eraseUpstream } from './upstream-erasure';

/** What was removed by the feature store: the user's record, tiles and cache entries. */
export interface ServedErasure {
  readonly userRemoved: boolean;
  readonly tilesRemoved: number;
  readonly cacheEntriesRemoved: number;
}

/** Whom to forget, and with what. */
export interface ForgetOptions {
  readonly userId: string;
  readonly config: LakeCommandConfig;
  readonly store: MutableObjectStore;
  readonly stream: StreamErasureOptions;
  /** Erases what is served, in the order of the stream, and leaves a tombstone. */
  readonly eraseServed: () => Promise<ServedErasure>;
  /** Resolves once every reader has read up to a position of the user's partition. */
  readonly waitForReaders: (position: { readonly sequence: number; readonly timestampNs: bigint }) => Promise<void>;
  /** Erases what Personalize knows; asked for once every reader, the feed of Personalize too, has passed the erasure. */
  readonly erasePersonalize: (position: { readonly sequence: number }) => Promise<PersonalizeErasure>;
  readonly readTombstones: () => Promise<TombstoneSet>;
  readonly dryRun: boolean;
  readonly progress: (line: string) => void;
}

/** Later than any event, in epoch nanoseconds, and within 64 bits: a dry run has no erasure to end with. */
const endOfTimeNs = 2n ** 63n - 1n;

/** What was removed where. It holds no key of the user. */
export interface ForgetReceipt {
  readonly served: ServedErasure | 'not in a dry run';
  readonly streamMessages: number;
  readonly deadLetters: number;
  readonly upstream: { readonly objects: number; readonly lines: number };
  readonly daysMadeAgain: readonly string[];
  readonly customerRows: number;
  readonly exportRows: number;
  readonly trainingSetsRemoved: readonly string[];
  readonly personalize: PersonalizeErasure;
  readonly populationSums: string;
}

/**
 * Removes a user from everything but the sums over all users, in this order:
 *
 * 1. The feature store erases what is served; the partition's writer leaves a tombstone, so that nothing comes back.
 * 2. Once every reader has passed the erasure, no reader needs the user's messages any more.
 * 3. The upstream zone, then all that was made from it, then what Personalize imported; then the messages themselves and the
 *    dead letters.
 *
 * Each step looks for what is there, so that running it again is harmless and finishes what was cut short.
 */
export async function forgetUser(options: ForgetOptions): Promise<ForgetReceipt> {
  const { stream, erasePersonalize, dryRun, progress } = options;
  progress(dryRun ? 'looking for what there is' : 'erasing what is served');
  const served = dryRun ? ('not in a dry run' as const) : await options.eraseServed();
  const own = await findOwnMessages(stream);
  if (!dryRun && own.erasure === undefined)
    throw new AffinityError(
      'FAILED_PRECONDITION',
      'the stream has no erasure of the user: was it purged already? Run again',
    );
  if (!dryRun && own.erasure !== undefined) await options.waitForReaders(own.erasure);
  const erasedNs = own.erasure?.timestampNs ?? endOfTimeNs;
  const lake = await forgetInLake(options, erasedNs);
  const personalize = own.erasure === undefined || dryRun ? 'not in a dry run' : await erasePersonalize(own.erasure);
  progress('erasing from the stream and the dead letters');
  const letters = await findOwnDeadLetters(stream);
  if (!dryRun) {
    await eraseOwnMessages(stream, own);
    await eraseOwnDeadLetters(stream, letters);
  }
  return {
    served,
    streamMessages: own.sequences.length,
    deadLetters: letters.length,
    ...lake,
    personalize,
    populationSums: 'kept: they hold no key of a user, and nobody can be told from them',
  };
}

type LakeReceipt = Pick<
  ForgetReceipt,
  'upstream' | 'daysMadeAgain' | 'customerRows' | 'exportRows' | 'trainingSetsRemoved'
>;

async function forgetInLake(options: ForgetOptions, erasedNs: bigint): Promise<LakeReceipt> {
  const { userId: profileKey, config, store, dryRun, progress } = options;
  const { lakePrefix: prefix, scratchFolder } = config;
  progress('erasing from the upstream zone');
  const upstream = await eraseUpstream({ store, prefix, profileKey, erasedNs, dryRun });
  const engine = await openSqlEngine(store, config);
  try {
    const daysMadeAgain = await makeDaysAgain(options, engine, erasedNs);
    progress('erasing from customers, exports and training sets');
    const customerRows = await eraseCustomer(engine, { store, prefix, profileKey, dryRun });
    const exportRows = await eraseFromExports({ store, profileKey, scratchFolder, dryRun });
    const trainingSets = await removeTrainingSets(engine, { store, profileKey, scratchFolder, dryRun });
    return { upstream, daysMadeAgain, customerRows, exportRows, trainingSetsRemoved: trainingSets.map(formatDay) };
  } finally {
    await engine.close();
  }
}

async function makeDaysAgain(options: ForgetOptions, engine: SqlEngine, erasedNs: bigint): Promise<readonly string[]> {
  const { userId: profileKey, config, store, dryRun, progress } = options;
  const { lakePrefix: prefix } = config;
  const upstreamDigests = async (day: Day): Promise<ReadonlyMap<string, string>> =>
    new Map((await upstreamDay(store, prefix, day)).map(({ key, sha256 }) => [key, sha256]));
  const days = await daysToMakeAgain(engine, { store, prefix, profileKey, erasedNs, upstreamDigests });
  if (dryRun) return days.map(formatDay);
  const erased = await options.readTombstones();
  for (const day of days) {
    await curateDay({
      store,
      openEngine: () => openSqlEngine(store, config),
      prefix,
      day,
      repeatDays: repeatDaysOf(config.schema),
      erased,
      nowMs: Date.now(),
      openDay: true,
      progress,
    });
  }
  return days.map(formatDay);
}
