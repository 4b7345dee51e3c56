import { fromMetadata, toMetadata } from './range-facts';

const facts = {
  first: { sequence: 9, timestampNs: 1_795_255_199_123_456_789n },
  last: { sequence: Number.MAX_SAFE_INTEGER, timestampNs: 1_795_255_200_000_000_000n },
  count: 12,
  sha256: 'ab'.repeat(32),
};

describe('range facts as metadata', () => {
  it('come back as they were', () => {
    expect(fromMetadata('k', toMetadata(facts))).toEqual(facts);
  });

  it('show instants to people', () => {
    expect(toMetadata(facts)).toMatchObject({ 'first-ts': '2026-11-21T09:59:59.123456789Z', count: '12' });
  });

  it('are refused, with the key, when something else wrote the object', () => {
    expect(() => fromMetadata('some/key', { count: '1' })).toThrow(/some\/key.*first-seq/);
    expect(() => fromMetadata('k', { ...toMetadata(facts), 'last-seq': '1e3' })).toThrow(/last-seq/);
  });
});
