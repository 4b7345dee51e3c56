import { readConfig } from './config';

const given = {
  AFFINITY_OBJECT_STORE_ROOT: 'data',
  AFFINITY_OBJECT_STORE_ACCESS_KEY: 'dev',
  AFFINITY_OBJECT_STORE_SECRET_KEY_FILE: 'secret',
};
const readFile = (): string => 'a-long-secret\n';

describe('readConfig', () => {
  it('fills in what is not given and ignores what is not for it', () => {
    expect(readConfig({ ...given, PATH: '/bin' }, readFile)).toEqual({
      port: 9000,
      host: '127.0.0.1',
      root: 'data',
      region: 'us-east-1',
      accessKey: 'dev',
      secretKey: 'a-long-secret',
      baseHost: 'localhost',
      buckets: [],
      drainMs: 10_000,
    });
  });

  it('reads the names of buckets', () => {
    const environment = { ...given, AFFINITY_OBJECT_STORE_BUCKETS: 'lake, other' };
    expect(readConfig(environment, readFile).buckets).toEqual(['lake', 'other']);
  });

  it('reports every problem at once', () => {
    const environment = {
      AFFINITY_OBJECT_STORE_PORT: 'x',
      AFFINITY_OBJECT_STORE_ACCESS_KEY: 'a-b',
      AFFINITY_OBJECT_STORE_PROT: '1',
    };
    const act = (): unknown => readConfig(environment, readFile);
    for (const name of ['PORT', 'ROOT', 'ACCESS_KEY', 'SECRET_KEY_FILE', 'PROT']) {
      expect(act).toThrow(new RegExp(`AFFINITY_OBJECT_STORE_${name}: `));
    }
  });

  it('refuses a short secret without showing it', () => {
    expect(() => readConfig(given, () => 'short')).toThrow(/^(?!.*short).*at least 8/);
  });
});
