import { decodeEntityRef, encodeEntityRef } from './entity-ref';

describe('decodeEntityRef', () => {
  it('reads what was encoded', () => {
    const ref = { kind: 'user', id: 'ann "ä"' } as const;
    expect(decodeEntityRef(encodeEntityRef(ref))).toEqual(ref);
  });

  it('takes nothing else for a reference', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"kind":"item"}',
      '{"kind":"event","id":"a"}',
      '{"kind":"item","id":1}',
    ])
      expect(decodeEntityRef(Buffer.from(text))).toBeUndefined();
    expect(decodeEntityRef(Uint8Array.of(10, 0xff, 0xfe))).toBeUndefined();
  });
});
