import { dayOf, featureValues, formatDay, startOfDay, type Day, type Schema } from '@affinity/domain';
import {
  lakeQueries,
  openParquetWriter,
  type MutableObjectStore,
  type SqlEngine,
  type SqlValue,
  type UnloadedObject,
  type WrittenColumn,
} from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { findCustomers } from '../customers-table';
import { curatedDays, defineEvents } from '../events-table';
import { manifestKeyOf, readJsonObject, writeJsonObject } from '../json-object';
import { defineTrainingEvents, type CustomerColumn } from './customer-join';
import { featureList, type FeatureList } from './feature-list';
import { profileEvent, profileEventsQuery, type ProfileEvent } from './profile-events';
import { ProfileHistory } from './profile-history';

/** What to make, and with what. */
export interface TrainingSetOptions {
  readonly store: MutableObjectStore;
  readonly openEngine: () => Promise<SqlEngine>;
  readonly prefix: string;
  readonly schema: Schema;
  /** The run date: days of arrival up to it. */
  readonly day: Day;
  /** The first day of arrival that gives rows; earlier ones are history. Default: the first that was curated. */
  readonly from?: Day;
  /** Event types whose interactions have the label 1; others have 0. */
  readonly labels: readonly string[];
  /** Names of features. Default: the schema's own. */
  readonly features?: readonly string[];
  readonly scratchFolder: string;
  /** Events of a profile in memory at most; what a profile has beyond is left out, and the profile counted. Default 100,000. */
  readonly maxEventsPerProfile?: number;
  readonly dryRun?: boolean;
  readonly progress: (line: string) => void;
}

/** What a training set was made from, and what came of it. */
export interface TrainingManifest {
  readonly runDate: string;
  readonly run: string;
  readonly engine: string;
  readonly inputs: readonly { readonly day: string; readonly run: string }[];
  readonly labels: readonly string[];
  readonly features: readonly string[];
  readonly customerColumns: readonly string[];
  readonly counts: TrainingCounts;
  readonly outputs: readonly UnloadedObject[];
}

/** Rows, and what they are made of. */
export interface TrainingCounts {
  rows: number;
  positives: number;
  profiles: number;
  /** Profiles of which later events were left out because they have more than fit. */
  profilesTooLarge: number;
}

/** `unchanged`: it was made from these very inputs before. `planned`: a dry run. */
export type TrainingOutcome =
  | { readonly kind: 'made' | 'unchanged'; readonly manifest: TrainingManifest }
  | { readonly kind: 'planned'; readonly days: number; readonly columns: number };

const defaultMaxEvents = 100_000;
const rowsPerProgress = 250_000;
const nanosecondsPerMillisecond = 1_000_000n;

/** Where the training sets of a run date are. */
export function trainingFolder(day: Day): string {
  return `downstream/training/${formatDay(day)}/`;
}

/**
 * Writes one row for each interaction with an item: what happened, the label, the profile's features as they were just before
 * (see ProfileHistory), and the customer's data that was valid then. The features come from the same fold as online.
 */
export async function makeTrainingSet(options: TrainingSetOptions): Promise<TrainingOutcome> {
  const { store, prefix, schema, day, dryRun = false } = options;
  requireKnown(options);
  const list = featureList(schema, options.features);
  const manifests = await curatedDays(store, { prefix, to: day });
  const inputs = manifests.map((manifest) => ({ day: manifest.day, run: manifest.run }));
  const customers = await findCustomers(store, prefix);
  const facts = [inputs, options.labels, list.names, customers ?? null, options.from ?? null, schemaFacts(schema)];
  const run = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
  const current = await readTrainingSet(store, day);
  if (current?.run === run) return { kind: 'unchanged', manifest: current };
  if (dryRun) return { kind: 'planned', days: inputs.length, columns: list.names.length };
  const engine = await options.openEngine();
  try {
    await defineEvents(engine, manifests);
    await engine.defineView('profile_events', lakeQueries.profileEvents);
    const customerColumns = await defineTrainingEvents(engine, customers);
    await removeTrainingSet(store, day);
    const written = await writeRows(options, {
      engine,
      list,
      customerColumns,
      folder: `${trainingFolder(day)}${run}/`,
    });
    const manifest: TrainingManifest = {
      runDate: formatDay(day),
      run,
      engine: engine.name,
      inputs,
      labels: options.labels,
      features: list.names,
      customerColumns: customerColumns.map(({ name }) => name),
      ...written,
    };
    await writeJsonObject(store, manifestKeyOf(trainingFolder(day)), manifest);
    return { kind: 'made', manifest };
  } finally {
    await engine.close();
  }
}

/** The manifest of a run date's training set; undefined when there is none. */
export async function readTrainingSet(store: MutableObjectStore, day: Day): Promise<TrainingManifest | undefined> {
  return readJsonObject<TrainingManifest>(store, manifestKeyOf(trainingFolder(day)));
}

/** Removes a run date's training set, the manifest first. */
export async function removeTrainingSet(store: MutableObjectStore, day: Day): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of store.list(trainingFolder(day))) keys.push(key);
  const manifest = manifestKeyOf(trainingFolder(day));
  for (const key of keys.sort((left) => (left === manifest ? -1 : 1))) await store.remove(key);
  return keys.length;
}

function requireKnown({ schema, labels }: TrainingSetOptions): void {
  const unknown = labels.filter((label) => !schema.eventTypes.has(label));
  if (labels.length > 0 && unknown.length === 0) return;
  const reason = labels.length === 0 ? 'name at least one event type' : `${unknown.join(', ')}: not in the schema`;
  throw new AffinityError('INVALID_ARGUMENT', `--labels: ${reason}`);
}

function schemaFacts({ version, dimensions, eventTypes, retentionDays, allowedLatenessMs }: Schema): unknown {
  return [version, dimensions, [...eventTypes], retentionDays, allowedLatenessMs];
}

interface RowWork {
  readonly engine: SqlEngine;
  readonly list: FeatureList;
  readonly customerColumns: readonly CustomerColumn[];
  readonly folder: string;
}

const factColumns: readonly WrittenColumn[] = [
  { name: 'profile_key', type: 'varchar' },
  { name: 'item_id', type: 'varchar' },
  { name: 'event_id', type: 'varchar' },
  { name: 'event_type', type: 'varchar' },
  { name: 'event_value', type: 'double' },
  { name: 'occurred_at_ms', type: 'bigint' },
  { name: 'label', type: 'integer' },
];

async function writeRows(
  options: TrainingSetOptions,
  { engine, list, customerColumns, folder }: RowWork,
): Promise<Pick<TrainingManifest, 'counts' | 'outputs'>> {
  const { store, scratchFolder } = options;
  const featureColumns = list.names.map((name): WrittenColumn => ({ name, type: 'double' }));
  const columns = [...factColumns, ...featureColumns, ...customerColumns];
  const writer = await openParquetWriter({ store, columns, folder, scratchFolder });
  const counts: TrainingCounts = { rows: 0, positives: 0, profiles: 0, profilesTooLarge: 0 };
  try {
    for await (const row of trainingRows(options, { engine, list, customerColumns, counts })) {
      await writer.append(row);
      counts.rows += 1;
      if (counts.rows % rowsPerProgress === 0) options.progress(`${counts.rows} rows`);
    }
    return { counts, outputs: await writer.finish() };
  } finally {
    await writer.close();
  }
}

async function* trainingRows(
  options: TrainingSetOptions,
  work: Omit<RowWork, 'folder'> & { readonly counts: TrainingCounts },
): AsyncGenerator<readonly SqlValue[], void, undefined> {
  const { schema, from, labels, maxEventsPerProfile = defaultMaxEvents } = options;
  const firstNs = from === undefined ? 0n : BigInt(startOfDay(from)) * nanosecondsPerMillisecond;
  let history = new ProfileHistory(schema);
  let profileKey: string | undefined;
  const further = work.customerColumns.map(({ column }) => column);
  for await (const row of work.engine.rows(profileEventsQuery('training_events', { further }))) {
    const event = profileEvent(row);
    const { interaction } = event;
    if (interaction.profileKey !== profileKey) {
      profileKey = interaction.profileKey;
      history = new ProfileHistory(schema);
      work.counts.profiles += 1;
    }
    if (history.size === maxEventsPerProfile) work.counts.profilesTooLarge += 1;
    if (history.size > maxEventsPerProfile) continue;
    if (interaction.itemId !== undefined && event.streamNs >= firstNs) {
      const label = labels.includes(interaction.eventType) ? 1 : 0;
      work.counts.positives += label;
      yield trainingRow(event, { ...work, label, history });
    }
    history.add(interaction);
    history.expire(dayOf(interaction.occurredAtMs));
  }
}

function trainingRow(
  { interaction, row }: ProfileEvent,
  {
    list,
    customerColumns,
    label,
    history,
  }: Omit<RowWork, 'folder'> & { readonly label: number; readonly history: ProfileHistory },
): readonly SqlValue[] {
  const { profileKey, itemId, eventId, eventType, occurredAtMs } = interaction;
  const tiles = history.tilesAt(occurredAtMs);
  const features = featureValues(list.features, { tiles, today: dayOf(occurredAtMs), userFeatures: undefined });
  const facts = [
    profileKey,
    itemId ?? null,
    eventId,
    eventType,
    row['event_value'] ?? null,
    BigInt(occurredAtMs),
    label,
  ];
  return [...facts, ...features, ...customerColumns.map(({ column }) => row[column] ?? null)];
}
