import { dayOf, featureValues, fnv1a32, type DatedTile, type Day, type Schema } from '@affinity/domain';
import { lakeQueries, onlyRow, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import { curatedDays, defineEvents } from '../events-table';
import { featureList, type FeatureList } from './feature-list';
import { profileEvent, profileEventsQuery } from './profile-events';
import { ProfileHistory } from './profile-history';

/** A feature vector as the feature store answers it. */
export interface OnlineVector {
  readonly values: readonly number[];
  /** When the newest event that is counted was stored, in epoch milliseconds; undefined when none is. */
  readonly asOfMs: number | undefined;
}

/** What to compare, and with what. */
export interface SkewOptions {
  readonly store: MutableObjectStore;
  readonly openEngine: () => Promise<SqlEngine>;
  readonly prefix: string;
  readonly schema: Schema;
  /** Days of arrival up to it. */
  readonly day: Day;
  readonly features?: readonly string[];
  /** How many profiles. */
  readonly sample: number;
  /** Asks the feature store for a profile's vector. */
  readonly online: (profileKey: string, names: readonly string[]) => Promise<OnlineVector>;
  readonly nowMs: number;
}

/** How far the lake and the feature store agree. */
export interface SkewReport {
  readonly sampled: number;
  /** Profiles whose newest counted event is the same on both sides. */
  readonly compared: number;
  readonly equal: number;
  readonly mismatched: number;
  /** Profiles that one side has more events of: nothing can be said. */
  readonly otherEvents: number;
  /** Mismatches by feature. */
  readonly features: Readonly<Record<string, number>>;
}

/**
 * Compares features as the lake gives them with those that the feature store serves, to the bit, for a sample of profiles. The
 * sample depends on the profiles alone.
 */
export async function measureSkew(options: SkewOptions): Promise<SkewReport> {
  const { store, prefix, schema, day } = options;
  const list = featureList(schema, options.features);
  const manifests = await curatedDays(store, { prefix, to: day });
  const engine = await options.openEngine();
  try {
    await defineEvents(engine, manifests);
    await engine.defineView('profile_events', lakeQueries.profileEvents);
    const sample = await chooseProfiles(engine, options.sample);
    const rows = sample.map((profileKey) => ({ profile_key: profileKey }));
    await engine.defineRows('sampled_profiles', [{ name: 'profile_key', type: 'varchar' }], rows);
    return await compare(options, { engine, list, sampled: sample.length });
  } finally {
    await engine.close();
  }
}

/** The profiles with the lowest hashes. */
async function chooseProfiles(engine: SqlEngine, size: number): Promise<readonly string[]> {
  let chosen: { readonly key: string; readonly hash: number }[] = [];
  const shrink = (): void => {
    chosen = chosen.sort((left, right) => left.hash - right.hash).slice(0, size);
  };
  for await (const { profile_key: profileKey } of engine.rows('SELECT DISTINCT profile_key FROM profile_events')) {
    const key = String(profileKey);
    chosen.push({ key, hash: fnv1a32(key) });
    if (chosen.length >= 2 * size) shrink();
  }
  shrink();
  return chosen.map(({ key }) => key).sort();
}

interface Comparison {
  readonly engine: SqlEngine;
  readonly list: FeatureList;
  readonly sampled: number;
}

async function compare(options: SkewOptions, { engine, list, sampled }: Comparison): Promise<SkewReport> {
  const clockDay = await clockDayOf(options, engine);
  const features: Record<string, number> = {};
  const totals = { compared: 0, equal: 0, mismatched: 0, otherEvents: 0 };
  for await (const profile of sampledProfiles(engine, options.schema)) {
    const online = await options.online(profile.profileKey, list.names);
    if (online.asOfMs !== profile.asOfMs) {
      totals.otherEvents += 1;
      continue;
    }
    const today = Math.max(clockDay, ...profile.tiles.map(({ day }) => day));
    const source = { tiles: profile.tiles, today, userFeatures: undefined };
    const offline = featureValues(list.features, source);
    const differing = list.names.filter((_, i) => !Object.is(offline[i], online.values[i]));
    for (const name of differing) features[name] = (features[name] ?? 0) + 1;
    totals.compared += 1;
    totals[differing.length === 0 ? 'equal' : 'mismatched'] += 1;
  }
  return { sampled, ...totals, features };
}

/** What the feature store takes for today, unless a profile has a newer day. */
async function clockDayOf({ schema, nowMs }: SkewOptions, engine: SqlEngine): Promise<Day> {
  if (schema.clock === 'wall') return dayOf(nowMs);
  const { newest } = await onlyRow(engine, 'SELECT MAX(occurred_at_ms) AS newest FROM profile_events');
  return dayOf(Number(newest));
}

interface SampledProfile {
  readonly profileKey: string;
  readonly tiles: readonly DatedTile[];
  readonly asOfMs: number | undefined;
}

async function* sampledProfiles(engine: SqlEngine, schema: Schema): AsyncGenerator<SampledProfile, void, undefined> {
  const where = 'WHERE profile_key IN (SELECT profile_key FROM sampled_profiles)';
  let current: { readonly profileKey: string; readonly history: ProfileHistory; newestNs: bigint } | undefined;
  const finished = ({ profileKey, history, newestNs }: NonNullable<typeof current>): SampledProfile => ({
    profileKey,
    tiles: history.tilesAt(Infinity),
    asOfMs: history.size === 0 ? undefined : Number(newestNs / 1_000_000n),
  });
  for await (const row of engine.rows(profileEventsQuery('profile_events', { where }))) {
    const { interaction, streamNs } = profileEvent(row);
    if (current?.profileKey !== interaction.profileKey) {
      if (current !== undefined) yield finished(current);
      current = { profileKey: interaction.profileKey, history: new ProfileHistory(schema), newestNs: 0n };
    }
    const before = current.history.size;
    current.history.add(interaction);
    if (current.history.size > before) current.newestNs = streamNs;
  }
  if (current !== undefined) yield finished(current);
}
