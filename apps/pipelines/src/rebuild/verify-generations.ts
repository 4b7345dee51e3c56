import { encodeDimension } from '@affinity/contracts';
import { formatDay, isNoLater, sameMark } from '@affinity/domain';
import type { StoredTile, TileKey, TombstoneSet } from '@affinity/profile-storage';
import type { Clock } from '@affinity/service-kit';
import { createHash } from 'node:crypto';

/** The tiles of one generation, to compare. */
export interface ComparedTiles {
  /** Every tile, in any order. */
  scan(): AsyncIterable<StoredTile>;
  /** See TileStore. */
  read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]>;
}

/** What is compared, and how long a difference may be one of time only. */
export interface VerifyOptions {
  readonly live: ComparedTiles;
  readonly rebuilt: ComparedTiles;
  readonly erased: TombstoneSet;
  readonly clock: Clock;
  /** Milliseconds for which two tiles may stand at different marks, because events go on, until they count as differing. */
  readonly settleMs: number;
}

/** How user-days compare. */
export interface Verification {
  equal: number;
  differing: number;
  /** In the live generation alone. */
  missing: number;
  /** In the rebuilt generation alone. */
  surplus: number;
  /** Days that any of the differing, missing and surplus ones are of, with their number. */
  readonly days: Record<string, number>;
}

type Judgement = 'equal' | 'differing' | 'missing' | 'surplus' | 'unsettled';

const comparedAtOnce = 100;
const lookAgainMs = 250;

/**
 * Compares each user-day of two generations by a digest of all that it counts: events, dimensions to the bit, and the hashes of
 * the event ids. Two tiles at different marks are read again until both have counted the same.
 */
export async function verifyGenerations(options: VerifyOptions): Promise<Verification> {
  const found: Verification = { equal: 0, differing: 0, missing: 0, surplus: 0, days: {} };
  for await (const keys of userDays(options.live, options)) await compareKeys(keys, options, found);
  for await (const keys of userDays(options.rebuilt, options)) {
    const live = await options.live.read(keys);
    await compareKeys(
      keys.filter((_, i) => !isPresent(live[i], options)),
      options,
      found,
    );
  }
  return found;
}

async function* userDays(
  tiles: ComparedTiles,
  options: VerifyOptions,
): AsyncGenerator<readonly TileKey[], void, undefined> {
  let keys: TileKey[] = [];
  for await (const tile of tiles.scan()) {
    if (tile.key.owner.kind === 'user' && isPresent(tile, options)) keys.push(tile.key);
    if (keys.length < comparedAtOnce) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}

async function compareKeys(keys: readonly TileKey[], options: VerifyOptions, found: Verification): Promise<void> {
  const { live, rebuilt, clock, settleMs } = options;
  const deadline = clock.now() + settleMs;
  let open = keys;
  while (open.length > 0) {
    const [left, right] = await Promise.all([live.read(open), rebuilt.read(open)]);
    const late = clock.now() >= deadline;
    const unsettled: TileKey[] = [];
    open.forEach((key, i) => {
      const judgement = judge(left[i], right[i], options);
      if (judgement === 'unsettled' && !late) unsettled.push(key);
      else record(key, judgement === 'unsettled' ? 'differing' : judgement, found);
    });
    open = unsettled;
    if (open.length > 0) await clock.sleep(lookAgainMs);
  }
}

function record(key: TileKey, judgement: Exclude<Judgement, 'unsettled'>, found: Verification): void {
  found[judgement] += 1;
  if (judgement === 'equal') return;
  const day = formatDay(key.day);
  found.days[day] = (found.days[day] ?? 0) + 1;
}

function judge(left: StoredTile | undefined, right: StoredTile | undefined, options: VerifyOptions): Judgement {
  const live = isPresent(left, options) ? left : undefined;
  const rebuilt = isPresent(right, options) ? right : undefined;
  if (live === undefined && rebuilt === undefined) return 'equal'; // Erased or expired meanwhile.
  if (live === undefined) return 'surplus';
  if (rebuilt === undefined) return 'missing';
  if (digestOf(live) === digestOf(rebuilt)) return 'equal';
  return sameMark(live.mark, rebuilt.mark) ? 'differing' : 'unsettled';
}

function isPresent(tile: StoredTile | undefined, { erased, clock }: VerifyOptions): tile is StoredTile {
  if (tile === undefined || tile.expiresAtS * 1_000 <= clock.now()) return false;
  const tombstone = tile.key.owner.kind === 'user' ? erased.find(tile.key.owner.profileKey) : undefined;
  return tombstone === undefined || !isNoLater(tile.mark, tombstone.mark);
}

function digestOf({ tile, eventIdHashes }: StoredTile): string {
  const hash = createHash('sha256').update(`${tile.eventCount} ${eventIdHashes.join()}`);
  for (const [name, state] of [...tile.dimensions].sort(([left], [right]) => (left < right ? -1 : 1)))
    hash.update(`\n${JSON.stringify(name)} `).update(encodeDimension(state));
  return hash.digest('hex');
}
