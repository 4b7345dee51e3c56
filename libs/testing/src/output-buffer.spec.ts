import { OutputBuffer } from './output-buffer';

describe('OutputBuffer', () => {
  it('joins lines that arrive in pieces', () => {
    const lines: string[] = [];
    const output = new OutputBuffer(1000, (line) => lines.push(line));
    for (const piece of ['{"a"', ':1}\nsec', 'ond\n', 'rest']) output.add(piece);
    expect(lines).toEqual(['{"a":1}', 'second']);
    expect(output.text()).toBe('{"a":1}\nsecond\nrest');
  });

  it('keeps the newest lines within its bound', () => {
    const output = new OutputBuffer(10);
    for (let index = 0; index < 100; index += 1) output.add(`line${index}\n`);
    expect(output.text()).toBe('line99\n');
    output.add('x'.repeat(1000));
    expect(output.text().length).toBeLessThanOrEqual(20);
  });
});
