import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { lakeObject } from './lake-content';

const lines = [4, 9].map((sequence) => ({ sequence, timestamp: `2026-11-21T10:00:0${sequence}.000000001Z` }));
const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const metadata = {
  count: '2',
  sha256: createHash('sha256').update(text).digest('hex'),
  'first-seq': '4',
  'last-seq': '9',
  'first-ts': '2026-11-21T10:00:04.000000001Z',
  'last-ts': '2026-11-21T10:00:09.000000001Z',
};

describe('lakeObject', () => {
  it('reads the lines of an object that agrees with its metadata', () => {
    expect(lakeObject('a', { body: gzipSync(text), metadata })).toEqual({ key: 'a', lines, problems: [] });
  });

  it.each(Object.keys(metadata))('finds another %s in the metadata', (name) => {
    const { problems } = lakeObject('a', { body: gzipSync(text), metadata: { ...metadata, [name]: 'other' } });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^its ${name} is .*, its metadata says other$`))]);
  });

  it('finds a last line that is cut short', () => {
    const { problems } = lakeObject('a', { body: gzipSync(text.slice(0, -2)), metadata });
    expect(problems).toContain('its last line is cut short');
  });

  it('takes an object of a range without readable messages as it is', () => {
    const empty = { ...metadata, count: '0', sha256: createHash('sha256').update('').digest('hex') };
    expect(lakeObject('a', { body: gzipSync(''), metadata: empty }).problems).toEqual([]);
  });
});
