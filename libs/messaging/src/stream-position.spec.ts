import { formatTimestampNs, parseTimestampNs } from './stream-position';

describe('stream timestamps', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-11-21T20:25:00.123456789Z', 1_795_292_700_123_456_789n],
    ['2026-11-21T20:25:00.1Z', 1_795_292_700_100_000_000n],
    ['2026-11-21T21:25:00.000000001+01:00', 1_795_292_700_000_000_001n],
  ])('%s is %d ns', (text, ns) => {
    expect(parseTimestampNs(text)).toBe(ns);
    expect(parseTimestampNs(formatTimestampNs(ns))).toBe(ns);
  });

  it('refuse what is none', () => {
    expect(() => parseTimestampNs('yesterday')).toThrow(RangeError);
  });
});
