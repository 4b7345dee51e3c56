import { countLake, type LakeObjects } from './lake-count';

/** A lake whose objects appear one look after the other. */
function growingLake(...texts: readonly string[]): LakeObjects & { readonly read: string[] } {
  const read: string[] = [];
  let there = 0;
  return {
    read,
    async *list() {
      there = Math.min(there + 1, texts.length);
      yield { key: 'upstream/note.txt', bytes: 1 };
      for (let n = 0; n < there; n += 1) yield { key: `upstream/${n}.ndjson`, bytes: texts[n]!.length };
    },
    get: async (key) => {
      read.push(key);
      return { body: Buffer.from(texts[Number(/\d+/.exec(key)?.[0])] ?? '') };
    },
  };
}

const line = (sequence: number, eventId = `e${sequence}`): string =>
  `${JSON.stringify({ partition: 1, sequence, timestamp: 't', event_id: eventId })}\n`;

describe('countLake', () => {
  it('waits for the expected lines, reads each object once, and tells repeats apart', async () => {
    const lake = growingLake(line(1) + line(2), line(2) + line(3));
    const { objects, lines, distinctEvents } = await countLake(lake, { expected: 4, patienceMs: 60_000 });
    expect([objects.map((object) => object.lines), lines, distinctEvents]).toEqual([[2, 2], 4, 3]);
    expect(lake.read).toEqual(['upstream/0.ndjson', 'upstream/1.ndjson']);
  });

  it('counts only events of a prefix', async () => {
    const lake = growingLake(line(1, 'a-1') + line(2, 'b-1'));
    expect(await countLake(lake, { expected: 1, patienceMs: 60_000, idPrefix: 'a-' })).toMatchObject({ lines: 1 });
  });
});
