import { parseDay } from '@affinity/domain';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VariantResult } from '../../src/evaluate/online/click-through';
import { runAffinity } from '../run-affinity';
import { makeLake, putEvents, type LakeFixture, type TestEvent } from './upstream-fixture';

const schemaYaml = 'version: "1"\nevent_types: { view: 1 }\ndimensions: [{ name: colour, kind: categorical }]\n';
let sequence = 0;

function event(at: string, over: Partial<TestEvent>): TestEvent {
  sequence += 1;
  return { id: `e${sequence}`, sequence, at, ...over };
}

function shown(at: string, user: string, recommendationId: string, variant: string): TestEvent {
  const attributes = { recommendation_experiment: 'bolder', recommendation_variant: variant };
  const impression = ['car-1', 'car-2'];
  return event(at, { user, type: 'impression', item: '', recommendationId, impression, attributes });
}

function clicked(at: string, user: string, recommendationId: string): TestEvent {
  return event(at, { user, item: 'car-2', recommendationId });
}

describe('affinity evaluate online', () => {
  let lake: LakeFixture;

  beforeEach(async () => {
    lake = await makeLake();
    await writeFile(join(lake.folder, 'schema.yaml'), schemaYaml);
  });

  afterEach(() => lake.remove());

  const evaluate = (...args: readonly string[]): Promise<string> =>
    runAffinity(lake.environment, ['evaluate', 'online', ...args]);

  it('tells click-through by variant from the curated days, each event once', async () => {
    const [first, second, third] = ['2026-11-19', '2026-11-20', '2026-11-21'].map((date) => `${date}T10:00:00Z`);
    const again = shown(second!, 'bob', 'r2', 'bold');
    await putEvents(lake.store, [shown(first!, 'too-early', 'r0', 'control')]);
    await putEvents(lake.store, [shown(second!, 'ann', 'r1', 'control'), again, { ...again, sequence: 900 }]);
    await putEvents(lake.store, [
      clicked(third!, 'bob', 'r2'),
      shown(third!, 'eve', 'r3', 'bold'),
      event(third!, { user: 'eve' }),
    ]);
    for (const date of ['2026-11-19', '2026-11-20', '2026-11-21']) await lake.curate({ day: parseDay(date)! });
    const json = join(lake.folder, 'results.json');
    const printed = await evaluate('--from', '2026-11-20', '--to', '2026-11-21', '--json', json);
    expect(JSON.parse(await readFile(json, 'utf8')) as VariantResult[]).toMatchObject([
      { experiment: 'bolder', variant: 'bold', visitors: 2, answers: 2, clickedAnswers: 1 },
      { experiment: 'bolder', variant: 'control', visitors: 1, answers: 1, clickedAnswers: 0 },
    ]);
    expect(printed).toContain('50.00 %');
  });

  it('refuses days that have events and were not curated', async () => {
    await putEvents(lake.store, [shown('2026-11-20T10:00:00Z', 'ann', 'r1', 'control')]);
    const days = ['--from', '2026-11-20', '--to', '2026-11-21'];
    await expect(evaluate(...days)).rejects.toThrow('run "affinity lake curate" first');
    await lake.curate();
    expect(await evaluate(...days)).toContain('control');
    await putEvents(lake.store, [shown('2026-11-21T10:00:00Z', 'ann', 'r2', 'control')]);
    await expect(evaluate(...days)).rejects.toThrow('2026-11-21 was not curated');
  });
});
