import { LocalObjectStore, upstreamDayFolder } from '@affinity/lake';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { VariantResult } from '../../src/evaluate/online/click-through';
import { createProgram } from '../../src/program';

const prefix = 'crm/clicks';
const schemaYaml = 'version: "1"\nevent_types: { view: 1 }\ndimensions: [{ name: colour, kind: categorical }]\n';

function shown(visitor: string, recommendationId: string, variant: string): object {
  return {
    kind: 'event',
    profile_key: visitor,
    event_type: 'impression',
    item_id: null,
    recommendation_id: recommendationId,
    impression: ['car-1', 'car-2'],
    attributes: { recommendation_experiment: 'bolder', recommendation_variant: variant },
  };
}

function clicked(visitor: string, recommendationId: string): object {
  return {
    ...shown(visitor, recommendationId, ''),
    event_type: 'view',
    item_id: 'car-2',
    impression: [],
    attributes: {},
  };
}

describe('affinity evaluate online', () => {
  it('tells click-through by variant from the objects of some days, plain or compressed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'affinity-online-'));
    try {
      const lake = join(folder, 'lake');
      const store = new LocalObjectStore(lake);
      const put = async (day: string, name: string, lines: readonly object[]): Promise<void> => {
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
        const body = name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
        await store.putIfAbsent(`${upstreamDayFolder(prefix, day)}hr=00/${name}`, {
          body,
          contentType: 'application/x-ndjson',
          metadata: {},
        });
      };
      await put('2026-11-19', '0-1-1.ndjson', [shown('too-early', 'r0', 'control')]);
      await put('2026-11-20', '0-2-2.ndjson', [shown('ann', 'r1', 'control'), shown('bob', 'r2', 'bold')]);
      await put('2026-11-21', '0-4-4.ndjson.gz', [clicked('bob', 'r2'), shown('eve', 'r3', 'bold')]);
      const schemaFile = join(folder, 'schema.yaml');
      await writeFile(schemaFile, schemaYaml);
      const printed: string[] = [];
      const program = createProgram({
        environment: {
          AFFINITY_SCHEMA_FILE: schemaFile,
          AFFINITY_LAKE_DESTINATION: pathToFileURL(lake).href,
          AFFINITY_LAKE_PREFIX: prefix,
        },
        print: (text) => void printed.push(text),
        progress: () => undefined,
      });
      const json = join(folder, 'results.json');
      const days = ['--from', '2026-11-20', '--to', '2026-11-21'];
      await program.parseAsync(['node', 'affinity', 'evaluate', 'online', ...days, '--json', json]);
      const results = JSON.parse(await readFile(json, 'utf8')) as VariantResult[];
      expect(results).toMatchObject([
        { experiment: 'bolder', variant: 'bold', visitors: 2, answers: 2, clickedAnswers: 1 },
        { experiment: 'bolder', variant: 'control', visitors: 1, answers: 1, clickedAnswers: 0 },
      ]);
      expect(printed.join('\n')).toContain('50.00 %');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
