import { defaultPartitions } from '@affinity/contracts';
import { dayOf, formatDay } from '@affinity/domain';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLake } from '../audit/lake-audit';
import { auditStore } from '../audit/store-audit';
import { openClients } from '../demo-clients';
import { prepareData } from '../demo-data';
import type { DemoContext } from '../demo';
import type { DemoOptions } from '../demo-options';
import { replay } from '../replay/replay';
import { loadCatalogueShown } from '../replay/shown-catalogue';
import { Checklist } from '../report/checklist';
import { ProgressBar } from '../report/progress-bar';
import type { KnownData } from '../story/known-data';
import { lakeFlushMs, startCheckedSystem } from '../system/checked-system';
import type { LocalSystem } from '../system/local-system';
import { systemRows } from '../system/system-rows';
import { commandEnvironment } from '../system/service-environment';
import { runAffinity } from './affinity-command';
import { isEveryDayEqual, isEveryCampaignTrained, type Rebuilt, type Trained } from './pipeline-results';
import { Stages } from './stages';

/**
 * Replays a data set through ingest into an empty system, and runs every pipeline on what came of it: curate, export, train,
 * evaluate, rebuild. Resolves with whether everything held; rejects when a part fails. Leaves no process and no file behind.
 */
export async function runPipeline(options: DemoOptions, context: DemoContext): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-pipeline-'));
  const { report } = context;
  const checks = new Checklist();
  const stages = new Stages(report);
  try {
    const generated = join(folder, 'marketplace');
    const data = await stages.run('Data set', () => prepareData(options, generated, report));
    const { schemaText } = data.dataset;
    const start = () => startCheckedSystem({ schemaText, folder: join(folder, 'system') }, { report, checks });
    const system = await stages.run('System', start);
    try {
      report.table(systemRows(system));
      await runAll({ data, folder, system, checks, stages, ...context });
    } finally {
      await stages.run('Stop', () => system.stop());
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  report.heading('What had to hold');
  report.table(checks.rows());
  report.heading('How long it took');
  report.table(stages.rows());
  return checks.allHeld;
}

interface Run extends DemoContext {
  readonly data: KnownData;
  readonly folder: string;
  readonly system: LocalSystem;
  readonly checks: Checklist;
  readonly stages: Stages;
}

async function runAll(run: Run): Promise<void> {
  const { stages } = run;
  await stages.run('Replay through ingest', () => replayAll(run));
  const days = await stages.run('Lake', () => waitForLake(run));
  const userDays = await stages.run('Profiles', () => waitForProfiles(run));
  const affinity: Affinity = (...args) => stages.run(`affinity ${args.join(' ')}`, () => runCommand(run, args));
  await trainAndEvaluate(run, { affinity, days });
  await rebuildAll(run, { affinity, userDays });
}

type Affinity = (...args: readonly string[]) => Promise<string>;

/** Visitors that the model is asked about: enough to see that it works, few enough to wait for. */
const askedVisitors = '200';

async function trainAndEvaluate(
  { checks }: Run,
  { affinity, days }: { readonly affinity: Affinity; readonly days: readonly string[] },
): Promise<void> {
  const [first = '', last = first] = [days[0], days.at(-1)];
  for (const day of days) await affinity('lake', 'curate', '--date', day, '--open-day');
  await affinity('lake', 'export-personalize', '--date', last);
  const trained = JSON.parse(await affinity('train', '--date', last)) as Trained;
  checks.add('every campaign serves a newly trained version', ...isEveryCampaignTrained(trained));
  await affinity('evaluate', 'online', '--from', first, '--to', last);
  const split = ['--split', 'last1', '--max-queries', askedVisitors];
  await affinity('evaluate', 'recommendations', '--from', first, '--to', last, ...split);
}

/** Every event counts anew, from the first day of events to the last. */
async function rebuildAll(
  { data, checks }: Run,
  { affinity, userDays }: { readonly affinity: Affinity; readonly userDays: number },
): Promise<void> {
  const eventDays = data.interactions.map(({ occurredAtMs }) => dayOf(occurredAtMs));
  const oldest = formatDay(eventDays.reduce((left, right) => Math.min(left, right)));
  const newest = formatDay(eventDays.reduce((left, right) => Math.max(left, right)));
  const rebuilt = JSON.parse(await affinity('rebuild', '--from', oldest, '--to', newest, '--verify')) as Rebuilt;
  checks.add('every user-day rebuilt from the lake equals the one that serves', ...isEveryDayEqual(rebuilt, userDays));
}

async function replayAll({ data, system, report, checks, signal }: Run): Promise<void> {
  const clients = openClients(system);
  try {
    await loadCatalogueShown(clients.items, data.items, report.stream);
    const total = data.interactions.length;
    const bar = new ProgressBar({ stream: report.stream, total, unit: 'events', now: () => performance.now() });
    const { events: stored } = await replay(data.interactions, {
      client: clients.ingest,
      take: () => Promise.resolve(),
      onStored: (count) => bar.add(count),
      signal,
    });
    bar.finish();
    checks.add('every interaction was stored', stored === total, `${stored} of ${total}`);
  } finally {
    clients.close();
  }
}

/** Resolves with the days of arrival in the lake, ascending. */
async function waitForLake({ data, system, checks }: Run): Promise<readonly string[]> {
  const expected = data.interactions.length;
  const { objects, lines, distinctEvents } = await auditLake(system.backing.addresses.objectStore, expected);
  const held = lines === expected && distinctEvents === expected;
  checks.add(
    'each event is in the lake once',
    held,
    `${lines} lines, ${distinctEvents} different events of ${expected}`,
  );
  const days = new Set(objects.flatMap(({ key }) => /\/dt=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1] ?? []));
  return [...days].sort();
}

/** Resolves with the number of user-days, once all are counted. */
async function waitForProfiles({ data, system, checks }: Run): Promise<number> {
  const { visitors } = await auditStore({
    dynamodb: system.backing.addresses.dynamodb,
    schema: data.dataset.schema,
    partitions: defaultPartitions,
    items: data.items,
    interactions: data.interactions,
  });
  const detail = `${visitors.tilesCompared} user-days, ${visitors.differenceCount} differences`;
  checks.add('every stored count of profiles equals a plain loop’s', visitors.differenceCount === 0, detail);
  return visitors.tilesCompared;
}

async function runCommand({ system, folder, report, signal }: Run, args: readonly string[]): Promise<string> {
  const environment = {
    ...commandEnvironment({
      backing: system.backing.addresses,
      schemaFile: join(folder, 'system', 'schema.yaml'),
      addressOf: (app) => system.addressOf(app) ?? '',
      lakeFlushMs,
    }),
    AFFINITY_SCRATCH_FOLDER: folder,
  };
  const printed = await runAffinity(args, { environment, signal, onProgress: (line) => report.line(`  ${line}`) });
  for (const line of printed.split('\n')) report.line(`  ${line}`);
  return printed;
}
