import { childText, readXml, writeXml } from './xml';

describe('xml', () => {
  it('reads back what it wrote, whatever the characters', () => {
    const key = `a&b<c>"d'e\r\n\t]]> ü 🚗`;
    const node = readXml(writeXml('List', [['Key', key], undefined, ['Count', 3]]));
    expect(node.name).toBe('List');
    expect(childText(node, 'Key')).toBe(key);
    expect(childText(node, 'Count')).toBe('3');
    expect(childText(node, 'Nothing')).toBeUndefined();
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a>&undefined;</a>', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'])(
    'refuses %s',
    (text) => {
      expect(() => readXml(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }) as Error);
    },
  );
});
