import { parseDay } from '@affinity/domain';
import type { ControlResource } from '@affinity/personalize';
import { appBundle, until } from '@affinity/testing';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { avroSchema, categoricalField } from '../../src/lake/export/avro-schema';
import { exportFolder, writeExportManifest, type ExportedFile } from '../../src/lake/export/export-personalize';
import { interactionFields } from '../../src/lake/export/interactions-export';
import { readTrainReport } from '../../src/train/train-manifest';
import { CommandFailure, startPersonalizeFixture, type PersonalizeFixture } from './personalize-fixture';

const columns = { eventType: false, eventValue: false, impressions: false };
const items = 60;

/** Visitors who walk a ring of items, so that what comes next is there to be learned. */
function ring(): readonly string[] {
  return Array.from({ length: 1_500 }, (_, n) => {
    const [user, step] = [n % 50, Math.floor(n / 50)];
    return `u${user},i${(user * 5 + step) % items},${1_700_000_000 + n * 60}`;
  });
}

/** Visitors who never do the same twice: nothing can be learned. */
function noise(): readonly string[] {
  return ring().map((line, n) => {
    const digest = createHash('sha256').update(String(n)).digest();
    return line.replace(/,i\d+,/, `,i${digest.readUInt32BE() % 1_200},`);
  });
}

describe('affinity train', () => {
  let fixture: PersonalizeFixture;

  beforeAll(async () => {
    fixture = await startPersonalizeFixture();
  }, 120_000);

  afterAll(() => fixture.close());

  /** Puts an export into the lake as export-personalize does. */
  async function putExport(
    date: string,
    interactions: readonly string[],
    attributes: readonly string[] = ['COLOUR'],
  ): Promise<void> {
    const day = parseDay(date)!;
    const itemLines = Array.from({ length: items }, (_, i) => `i${i}${',red'.repeat(attributes.length)}`);
    const itemFields = [{ name: 'ITEM_ID', type: 'string' }, ...attributes.map(categoricalField)];
    const put = async (name: string, lines: readonly string[]): Promise<ExportedFile> => {
      const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const key = `${exportFolder(day)}${name}.csv`;
      await fixture.store.put(key, { body, contentType: 'text/csv', metadata: {} });
      const sha256 = createHash('sha256').update(body).digest('hex');
      return { key, rows: lines.length - 1, bytes: body.length, sha256 };
    };
    const putSchema = (name: string, schema: string): Promise<void> =>
      fixture.store.put(`${exportFolder(day)}${name}_schema.json`, {
        body: Buffer.from(schema),
        contentType: 'application/json',
        metadata: {},
      });
    await putSchema('personalize_input', avroSchema('Interactions', interactionFields(columns)));
    await putSchema('items', avroSchema('Items', itemFields));
    const files = [
      await put('personalize_input', ['USER_ID,ITEM_ID,TIMESTAMP', ...interactions]),
      await put('items', [['ITEM_ID', ...attributes].join(','), ...itemLines]),
    ];
    const counts = { interactions: interactions.length, users: 50, returningUsers: 50 };
    const facts = { runDate: date, run: 'r', engine: 'none', inputs: [], eventTypes: ['view'], counts };
    await writeExportManifest(fixture.store, day, { ...facts, files });
  }

  async function resourcesOf(group: string) {
    const { lists } = fixture.control;
    const { arn } = (await lists.datasetGroup(group))!;
    const datasets = await lists.datasets(arn);
    const jobs = await Promise.all(datasets.map((dataset) => lists.importJobs(dataset.arn)));
    const solutions = await lists.solutions(arn);
    const versions = await Promise.all(solutions.map((solution) => lists.solutionVersions(solution.arn)));
    return { jobs: jobs.flat(), solutions, versions: versions.flat() };
  }

  const servedBy = async (campaign: string): Promise<string> =>
    (await fixture.control.lists.campaign(campaign))!.versionArn;
  const namesOf = (resources: readonly ControlResource[]): string[] => resources.map(({ name }) => name).sort();
  const train = (group: string, date: string, ...args: readonly string[]) =>
    fixture.affinity(group, 'train', '--date', date, ...args);
  const one = ['--campaigns', 'user-personalization'];

  it('makes what is missing, imports, trains and serves each campaign, and does nothing when said again', async () => {
    await putExport('2026-11-01', ring());
    const planned = await train('shop', '2026-11-01', '--dry-run');
    expect(planned).toMatchObject({ datasetGroup: { exists: false }, files: [{ rows: 1_500 }, { rows: items }] });
    expect(await fixture.control.lists.datasetGroup('shop')).toBeUndefined();

    const report = await train('shop', '2026-11-01');
    expect(report).toMatchObject({
      imports: [{ outcome: 'imported' }, { outcome: 'imported' }],
      campaigns: ['user-personalization', 'related-items', 'personalized-ranking'].map((kind) => ({
        campaign: `shop-${kind}`,
        outcome: 'promoted',
        ndcgAt25: expect.any(Number) as number,
      })),
    });
    const made = await resourcesOf('shop');
    expect([made.jobs.length, made.solutions.length, made.versions.length]).toEqual([2, 3, 3]);
    expect(await readTrainReport(fixture.store, parseDay('2026-11-01')!)).toEqual(report);

    expect(await train('shop', '2026-11-01')).toMatchObject({
      imports: [],
      campaigns: [{ outcome: 'serving' }, { outcome: 'serving' }, { outcome: 'serving' }],
    });
    expect(await resourcesOf('shop')).toEqual(made);
    expect(await readTrainReport(fixture.store, parseDay('2026-11-01')!)).toEqual(report);
  });

  it('keeps the version that serves when the new one is worse, and takes it all the same when told', async () => {
    const before = await servedBy('shop-user-personalization');
    await putExport('2026-11-02', noise());
    const failure = await train('shop', '2026-11-02', ...one).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailure);
    expect((failure as CommandFailure).message).toContain("the new version's NDCG is lower by more than 5.0 %");
    expect(JSON.parse((failure as CommandFailure).printed)).toMatchObject({ campaigns: [{ outcome: 'kept', before }] });
    expect(await servedBy('shop-user-personalization')).toBe(before);

    const { jobs, versions } = await resourcesOf('shop');
    const forced = await train('shop', '2026-11-02', ...one, '--max-ndcg-loss', '1');
    expect(forced).toMatchObject({ imports: [], campaigns: [{ outcome: 'promoted', before }] });
    expect(await servedBy('shop-user-personalization')).not.toBe(before);
    const after = await resourcesOf('shop');
    expect([after.jobs, after.versions]).toEqual([jobs, versions]);
  });

  it('keeps the version that serves when the import fails, and goes on once it can', async () => {
    const before = await servedBy('shop-user-personalization');
    const lines = ring();
    await putExport('2026-11-03', [...lines.slice(0, 1_200), 'u1,i1,yesterday', ...lines.slice(1_200)]);
    await expect(train('shop', '2026-11-03', ...one)).rejects.toThrow('row 1201: TIMESTAMP must be epoch seconds');
    expect(await servedBy('shop-user-personalization')).toBe(before);
    const failed = (await resourcesOf('shop')).jobs.filter(({ state }) => state === 'failed');
    expect(failed).toHaveLength(1);
    await expect(train('shop', '2026-11-03', ...one)).rejects.toThrow('row 1201');
    expect(namesOf((await resourcesOf('shop')).jobs)).toContain(`${failed[0]!.name}-2`);

    await putExport('2026-11-03', lines);
    expect(await train('shop', '2026-11-03', ...one)).toMatchObject({ campaigns: [{ outcome: 'promoted', before }] });
  });

  it('deletes older solutions with their versions, and leaves a campaign alone that serves a later run', async () => {
    const before = await servedBy('shop-user-personalization');
    const own = async () => namesOf((await resourcesOf('shop')).solutions).filter((name) => name.includes('user-p'));
    expect((await own()).map((name) => name.slice(0, -9))).toEqual([
      'shop-user-personalization-20261102',
      'shop-user-personalization-20261103',
    ]);
    expect(await train('shop', '2026-11-01', ...one)).toMatchObject({
      imports: [],
      campaigns: [{ outcome: 'superseded', reason: 'a version of 2026-11-03 serves' }],
    });
    expect(await servedBy('shop-user-personalization')).toBe(before);
  });

  it('gives a dataset further columns, and says which cannot be taken away', async () => {
    await putExport('2026-11-04', ring(), ['MAKE', 'COLOUR']);
    expect(await train('shop', '2026-11-04', ...one)).toMatchObject({ campaigns: [{ outcome: 'promoted' }] });
    await putExport('2026-11-05', ring(), ['MAKE']);
    await expect(train('shop', '2026-11-05', ...one)).rejects.toThrow('COLOUR cannot be taken away');
  });

  it('goes on where a run was cut off, making nothing twice', async () => {
    await putExport('2026-11-01', ring());
    for (const moment of ['import cut-interactions', 'training of cut-user-personalization']) {
      expect(await runUntil(moment)).toBe('SIGKILL');
    }
    expect(await train('cut', '2026-11-01', ...one)).toMatchObject({
      campaigns: [{ campaign: 'cut-user-personalization' }],
    });
    const { jobs, solutions, versions } = await resourcesOf('cut');
    expect([jobs.length, solutions.length, versions.length]).toEqual([2, 1, 1]);
    expect(await servedBy('cut-user-personalization')).toBe(versions[0]!.arn);
  }, 180_000);

  /** Runs the command as a process of its own and kills it once it says that it has begun something. */
  async function runUntil(begun: string): Promise<NodeJS.Signals | null> {
    const args = [await appBundle('pipelines'), 'train', '--date', '2026-11-01', ...one];
    const child = spawn(process.execPath, args, {
      env: { ...fixture.environment('cut'), ...fixture.credentials },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    try {
      const isThere = (): boolean => said.split('\n').some((line) => isBegun(line, begun));
      await until(() => isThere() || child.exitCode !== null, 60_000, `${begun} to begin`);
      expect(said).toContain(begun);
    } finally {
      child.kill('SIGKILL');
    }
    const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
    return signal;
  }

  it('refuses wrong use and an export that is not whole, saying what to do', async () => {
    await expect(train('shop', '2026-11-09')).rejects.toThrow('run "affinity lake export-personalize" first');
    await expect(train('shop', '2026-11-01', '--campaigns', 'search')).rejects.toThrow(
      'must be of user-personalization',
    );
    await expect(train('shop', '2026-11-01', '--max-ndcg-loss', '2')).rejects.toThrow('must be a number from 0 to 1');
    await fixture.store.remove(`${exportFolder(parseDay('2026-11-02')!)}items.csv`);
    await expect(train('shop', '2026-11-02')).rejects.toThrow('files are missing from the export of 2026-11-02');
  });
});

function isBegun(line: string, what: string): boolean {
  return line.startsWith(what) && line.endsWith(': begun');
}
