import { defaultPartitions } from '@affinity/contracts';
import type { DatasetInteraction, TileComparison } from '@affinity/datasets';
import { percentile } from '@affinity/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickThrough, type KnownShows, type VariantCount } from './audit/click-through';
import { auditLake } from './audit/lake-audit';
import { readShownLines } from './audit/shown-lines';
import { auditStore } from './audit/store-audit';
import { openClients, type DemoClients } from './demo-clients';
import { prepareData } from './demo-data';
import type { DemoOptions } from './demo-options';
import { pacedReplay, type PacedReplayResult } from './replay/paced-replay';
import { loadCatalogueShown } from './replay/shown-catalogue';
import { Checklist } from './report/checklist';
import type { Report } from './report/report';
import { tellClickStory } from './story/click-story';
import { viewTypeOf } from './story/five-views';
import type { KnownData } from './story/known-data';
import type { ShownList } from './story/shown-list';
import { withShowing } from './story/showing';
import { tellVisitorStory } from './story/visitor-story';
import { startCheckedSystem } from './system/checked-system';
import type { LocalSystem } from './system/local-system';
import { systemRows } from './system/system-rows';

/** Differences that are printed; their number is in the check. */
const shownDifferences = 10;

/** What a demo runs with. */
export interface DemoContext {
  readonly report: Report;
  /** Ends the demo early, leaving nothing behind. */
  readonly signal: AbortSignal;
}

/**
 * Runs the demo from an empty system to the last check. Resolves with whether everything held; rejects when a part of the
 * system could not be started or failed. Leaves no process and no file behind either way.
 */
export async function runDemo(options: DemoOptions, context: DemoContext): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-demo-'));
  try {
    const data = await prepareData(options, join(folder, 'marketplace'), context.report);
    return await withSystem(data, folder, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withSystem(data: KnownData, folder: string, { report, signal }: DemoContext): Promise<boolean> {
  report.heading('System');
  const checks = new Checklist();
  const system = await startCheckedSystem(
    { ...withShowing(data.dataset.schemaText), folder: join(folder, 'system') },
    { report, checks },
  );
  const clients = openClients(system);
  try {
    report.table(systemRows(system));
    await show({ data, system, clients, report, checks, signal });
  } finally {
    clients.close();
    await system.stop();
  }
  report.heading('What had to hold');
  report.table(checks.rows());
  return checks.allHeld;
}

interface Show {
  readonly data: KnownData;
  readonly system: LocalSystem;
  readonly clients: DemoClients;
  readonly report: Report;
  readonly checks: Checklist;
  readonly signal: AbortSignal;
}

async function show(parts: Show): Promise<void> {
  const { data, clients, report, checks, signal } = parts;
  const occurredAtMs = clockOf(data);
  await showCatalogue(parts);
  signal.throwIfAborted();
  const replayed = await showReplay(parts, occurredAtMs);
  const { token } = replayed;
  const shown: ShownList[] = [];
  const onShown = (list: ShownList): void => void shown.push(list);
  const views = await tellVisitorStory({ data, clients, token, occurredAtMs, report, checks, signal, onShown });
  const clicks = await tellClickStory({ data, clients, occurredAtMs, signal, onShown });
  const published = [
    ...data.interactions,
    ...replayed.probes,
    ...views,
    ...clicks.map(({ interaction }) => interaction),
  ];
  const known = { shown: shown.filter(({ itemIds }) => itemIds.length > 0), clicks };
  signal.throwIfAborted();
  await showLake(parts, published.length + known.shown.length);
  const impressions = await showClickThrough(parts, known);
  signal.throwIfAborted();
  await showStore(parts, [...published, ...impressions]);
}

/** "Now" by the data set's clock: historical data end at their newest event. */
function clockOf({ dataset, interactions }: KnownData): () => number {
  if (dataset.schema.clock === 'wall') return Date.now;
  const newest = interactions.reduce((latest, { occurredAtMs }) => Math.max(latest, occurredAtMs), 0);
  return () => newest;
}

async function showCatalogue({ data, clients, report }: Show): Promise<void> {
  report.heading('Catalogue');
  await loadCatalogueShown(clients.items, data.items, report.stream);
}

async function showReplay(
  { data, clients, report, checks, signal }: Show,
  occurredAtMs: () => number,
): Promise<PacedReplayResult> {
  report.heading('Replay through ingest');
  const [itemId = ''] = data.items.keys();
  const { ingest, profiles } = clients;
  const { interactions } = data;
  const eventType = viewTypeOf(data.dataset.schema);
  const stream = report.stream;
  const result = await pacedReplay({ interactions, ingest, profiles, itemId, eventType, occurredAtMs, stream, signal });
  const { events, seconds, latenciesMs, retries, probes } = result;
  const visible = (part: number): string => `${Math.round(percentile(latenciesMs, part))} ms`;
  report.table([
    ['events a second', String(Math.round(events / seconds)), `${events} in ${seconds.toFixed(1)} s`],
    ['event to profile, p50', visible(0.5), `${latenciesMs.length} probes, from publishing to a profile that has it`],
    ['event to profile, p99', visible(0.99), `answers "retry later": ${retries}`],
  ]);
  const allVisible = latenciesMs.length === probes.length && probes.length > 0;
  checks.add('every probe became visible', allVisible, `${latenciesMs.length} of ${probes.length}`);
  checks.add('every interaction was stored', events === interactions.length, `${events} of ${interactions.length}`);
  return result;
}

async function showLake({ system, report, checks }: Show, events: number): Promise<void> {
  report.heading('Lake');
  const { objects, lines, distinctEvents } = await auditLake(system.backing.addresses.objectStore, events);
  const shown = objects.slice(0, 5).map(({ key, lines: count, bytes }) => [key, String(count), String(bytes)]);
  report.table([['object', 'events', 'bytes'], ...shown]);
  if (objects.length > shown.length) report.line(`  ... and ${objects.length - shown.length} more objects`);
  const held = lines === events && distinctEvents === events;
  checks.add(
    'each event is in exactly one object of the lake',
    held,
    `${lines} lines, ${distinctEvents} different events of ${events}`,
  );
}

/** Gives the impressions, which the gateway published, as they are stored. */
async function showClickThrough(
  { system, report, checks }: Show,
  known: KnownShows,
): Promise<readonly DatasetInteraction[]> {
  report.heading('What was shown and clicked, by variant');
  const lines = await readShownLines(system.backing.addresses.objectStore);
  const { variants, differences } = clickThrough(lines, known);
  report.table([['variant', 'impressions', 'clicks', 'click-through'], ...variants.map(clickThroughRow)]);
  report.line(
    '  one visitor in three clicks what is shown first, whatever it is: this shows the counting, not a better variant',
  );
  for (const difference of differences.slice(0, shownDifferences)) report.line(`  ${difference}`);
  const detail = `${known.shown.length} lists shown, ${known.clicks.length} clicked, ${differences.length} differences`;
  checks.add('each impression and each click is in the lake exactly once', differences.length === 0, detail);
  return lines.flatMap(({ itemId, ...line }) => (itemId === undefined ? [{ ...line, sessionId: '', itemId: '' }] : []));
}

function clickThroughRow({ variant, impressions, clicks }: VariantCount): readonly string[] {
  return [variant, String(impressions), String(clicks), `${((100 * clicks) / impressions).toFixed(1)} %`];
}

async function showStore(
  { data, system, report, checks }: Show,
  interactions: readonly DatasetInteraction[],
): Promise<void> {
  report.heading('Stored counts against a plain loop over the input');
  const audit = await auditStore({
    dynamodb: system.backing.addresses.dynamodb,
    schema: data.dataset.schema,
    partitions: defaultPartitions,
    items: data.items,
    interactions,
  });
  for (const [what, comparison] of [
    ['profiles', audit.visitors],
    ['population', audit.population],
  ] as const) {
    for (const difference of comparison.differences) report.line(`  ${what}: ${difference}`);
    checks.add(`every stored count of ${what} equals the loop's`, comparison.differenceCount === 0, textOf(comparison));
  }
}

function textOf({ tilesCompared, numbersCompared, differenceCount }: TileComparison): string {
  return `${tilesCompared} day tiles, ${numbersCompared} numbers, ${differenceCount} differences`;
}
