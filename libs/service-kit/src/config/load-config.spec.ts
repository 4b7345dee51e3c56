import { inspect } from 'node:util';
import { dynamoSettings, natsSettings, redisSettings } from './backing-settings';
import { type ConfigError } from './config-error';
import { checkGrpcServerSettings, grpcServerSettings } from './grpc-server-settings';
import { loadConfig } from './load-config';
import { serviceSettings } from './service-settings';
import { optional, required, secretFile } from './setting';
import { flag, integer, text } from './setting-schemas';

const shape = {
  batchSize: required({ env: 'BATCH_SIZE', schema: integer(1, 100), doc: 'Events in a batch' }),
  region: optional({ env: 'REGION', schema: text(), doc: 'Region' }),
  dryRun: required({ env: 'DRY_RUN', schema: flag(), doc: 'Write nothing' }),
  password: secretFile({ env: 'PASSWORD_FILE', doc: 'Password' }),
};

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('loadConfig', () => {
  it('reads values, defaults and secrets', () => {
    const env = { AFFINITY_BATCH_SIZE: '7', AFFINITY_DRY_RUN: 'false', AFFINITY_PASSWORD_FILE: 'p', PATH: 'x' };
    const config = loadConfig(shape, env, { readFile: (path) => `secret of ${path}\n` });
    expect(config).toMatchObject({ batchSize: 7, dryRun: false, region: undefined });
    expect(config.password?.reveal()).toBe('secret of p');
  });

  it('reports all problems together', () => {
    const env = { AFFINITY_BATCH_SIZE: '101', AFFINITY_BATCHSIZE: '3', AFFINITY_PASSWORD_FILE: 'absent' };
    const readFile = () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    expect(problemsOf(() => loadConfig(shape, env, { readFile }))).toEqual([
      'AFFINITY_BATCHSIZE: is not a setting of this service; did you mean AFFINITY_BATCH_SIZE?',
      'AFFINITY_BATCH_SIZE: must be a whole number from 1 to 100 (got "101")',
      'AFFINITY_DRY_RUN: is required: Write nothing',
      'AFFINITY_PASSWORD_FILE: cannot read the file "absent" (ENOENT)',
    ]);
  });

  it('takes an empty variable for one that is not set', () => {
    const env = { AFFINITY_BATCH_SIZE: '1', AFFINITY_DRY_RUN: 'true', AFFINITY_REGION: '' };
    expect(loadConfig(shape, env).region).toBeUndefined();
  });

  it('never shows a secret, not even a refused one', () => {
    const env = { AFFINITY_BATCH_SIZE: '1', AFFINITY_DRY_RUN: 'true', AFFINITY_PASSWORD_FILE: 'p' };
    const config = loadConfig(shape, env, { readFile: () => 'hunter2' });
    expect(`${JSON.stringify(config)} ${inspect(config)} ${String(config.password)}`).not.toContain('hunter2');
    const [problem] = problemsOf(() => loadConfig(redisSettings, { AFFINITY_REDIS_URL: 'redis://me:hunter2@host' }));
    expect(problem).toBe('AFFINITY_REDIS_URL: must not hold a user name or password; use a secret file');
  });

  it('accepts the defaults of every group', () => {
    const all = {
      ...serviceSettings,
      ...grpcServerSettings('50051'),
      ...natsSettings,
      ...dynamoSettings,
      ...redisSettings,
    };
    expect(loadConfig(all, {}, { checks: [checkGrpcServerSettings] })).toMatchObject({
      logLevel: 'info',
      grpcHost: '127.0.0.1',
      grpcPort: 50_051,
      metricsPort: 9464,
      natsUrls: ['nats://127.0.0.1:4222'],
      tracingEndpoint: undefined,
    });
  });

  it('runs checks over several settings', () => {
    const env = {
      AFFINITY_GRPC_DEFAULT_DEADLINE_MS: '9000',
      AFFINITY_GRPC_MAX_DEADLINE_MS: '8000',
      AFFINITY_GRPC_TLS_CERT_FILE: 'c',
    };
    const load = () =>
      loadConfig(grpcServerSettings('0'), env, { checks: [checkGrpcServerSettings], readFile: () => 'PEM' });
    expect(problemsOf(load)).toEqual([
      'GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE: give both or neither',
      'GRPC_DEFAULT_DEADLINE_MS: must not exceed GRPC_MAX_DEADLINE_MS',
    ]);
  });
});
