import { decodeLine, encodeLine } from './checked-line';

describe('checked lines', () => {
  it('give back what was written', () => {
    const value = { text: 'ü\n"', number: 1.5, list: [null, true] };
    expect(decodeLine(encodeLine(value).trimEnd())).toEqual(value);
  });

  it('are undefined wherever they were cut or changed', () => {
    const line = encodeLine({ a: 'some text', b: 2 }).trimEnd();
    for (let end = 0; end < line.length; end += 1) expect(decodeLine(line.slice(0, end))).toBeUndefined();
    for (let i = 0; i < line.length; i += 1) {
      const changed = line.slice(0, i) + String.fromCharCode(line.charCodeAt(i) ^ 1) + line.slice(i + 1);
      expect(decodeLine(changed)).toBeUndefined();
    }
  });
});
