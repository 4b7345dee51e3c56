import { openDataset } from '@affinity/datasets';
import { parseSchemaText } from '@affinity/service-kit';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateData, renamed, writeNextSchema } from './rehearsal-data';

describe('renamed', () => {
  const interaction = { eventId: 'e', userId: 'u', sessionId: '', eventType: 'view', itemId: 'i', occurredAtMs: 1 };

  it('makes other events of other visitors, on the same items', () => {
    expect(renamed([interaction], 'run')).toEqual([{ ...interaction, eventId: 'run-e', userId: 'run-u' }]);
  });

  it('leaves anonymous visitors anonymous', () => {
    const [visitor] = renamed([{ ...interaction, userId: '', sessionId: 's' }], 'run');
    expect(visitor).toMatchObject({ userId: '', sessionId: 'run-s' });
  });
});

function fail(problem: string): never {
  throw new Error(problem);
}

describe('the schema of a next version', () => {
  it('keeps twice as long and has one dimension more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'affinity-rehearsal-'));
    try {
      await generateData(folder, { seed: 1, items: 20, users: 5, events: 50 });
      const { schema } = await openDataset(folder);
      const parsed = parseSchemaText(await readFile(await writeNextSchema(folder), 'utf8'));
      const next = parsed.kind === 'schema' ? parsed.schema : fail(parsed.problems.join());
      const names = schema.dimensions.map(({ name }) => name);
      expect(next.retentionDays).toBe(2 * schema.retentionDays);
      expect(next.dimensions.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([
        'added_by_next_version',
      ]);
      expect(next.dimensions).toHaveLength(names.length + 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
