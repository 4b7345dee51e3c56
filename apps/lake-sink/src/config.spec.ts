import { loadConfig } from '@affinity/service-kit';
import { checkLakeSinkSettings, lakeSinkSettings } from './config';

const load = (env: Readonly<Record<string, string>>) =>
  loadConfig(lakeSinkSettings, { AFFINITY_LAKE_DESTINATION: 's3://lake', ...env }, { checks: [checkLakeSinkSettings] });

describe('lake sink settings', () => {
  it('buffer 5 MB or 300 s unless told', () => {
    expect(load({})).toMatchObject({
      lakeDestination: { kind: 's3', bucket: 'lake' },
      lakePrefix: 'crm/dashboard_interaction',
      flushBytes: 5_000_000,
      flushMs: 300_000,
      shards: 4,
      compression: 'none',
    });
  });

  it('refuse more shards than partitions', () => {
    expect(() => load({ AFFINITY_PARTITIONS: '2' })).toThrow(/4 shards are more than the 2 partitions/);
  });

  it.each(['/crm', 'crm/', 'CRM', 'a//b', 'a..b', '-a', 'a/-b'])('refuse the prefix %s', (prefix) => {
    expect(() => load({ AFFINITY_LAKE_PREFIX: prefix })).toThrow(/AFFINITY_LAKE_PREFIX/);
  });

  it('refuse a destination that is neither bucket nor folder', () => {
    expect(() => load({ AFFINITY_LAKE_DESTINATION: 'lake' })).toThrow(/s3:\/\/BUCKET or file/);
  });
});
