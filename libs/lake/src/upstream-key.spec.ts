import { upstreamKey } from './upstream-key';

const first = { sequence: 1_234, timestampNs: 1_795_255_199_123_456_789n };

describe('upstreamKey', () => {
  it('names shard, sequence and instant of the first message, under its hour in UTC', () => {
    expect(upstreamKey({ prefix: 'crm/clicks', shard: 3, compression: 'none' }, first)).toBe(
      'upstream/crm/clicks/dt=2026-11-21/hr=09/3-0000000000001234-1795255199123456789.ndjson',
    );
  });

  it('says when the body is compressed', () => {
    expect(upstreamKey({ prefix: 'p', shard: 0, compression: 'gzip' }, first)).toMatch(/\.ndjson\.gz$/);
  });

  it('tells a sequence from the same number in a stream that was rolled back', () => {
    const shard = { prefix: 'p', shard: 0, compression: 'none' } as const;
    const again = { ...first, timestampNs: first.timestampNs + 1n };
    expect(upstreamKey(shard, again)).not.toBe(upstreamKey(shard, first));
  });
});
