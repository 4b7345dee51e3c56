import { parseArguments } from './parse-arguments';
import { defaulted, required, secretFile } from './setting';
import { integer, port } from './setting-schemas';

const program = {
  name: 'ingest',
  version: '1.2.3',
  summary: 'takes events in',
  settings: {
    grpcPort: defaulted({ env: 'GRPC_PORT', schema: port(), default: '50051', doc: 'Port' }),
    batchSize: required({ env: 'BATCH_SIZE', schema: integer(1, 9), doc: 'Events in a batch' }),
    password: secretFile({ env: 'PASSWORD_FILE', doc: 'Password' }),
  },
};

describe('parseArguments', () => {
  it('runs without arguments', () => {
    expect(parseArguments([], program)).toEqual({ kind: 'run' });
  });

  it('prints a table of all settings with their defaults', () => {
    const outcome = parseArguments(['--help'], program);
    expect(outcome).toMatchObject({ kind: 'print', exitCode: 0 });
    const text = outcome.kind === 'print' ? outcome.text : '';
    expect(text).toContain('AFFINITY_GRPC_PORT      50051       Port');
    expect(text).toContain('AFFINITY_BATCH_SIZE     (required)  Events in a batch');
    expect(text).toContain('AFFINITY_PASSWORD_FILE  (optional)  Password');
  });

  it('prints the version', () => {
    expect(parseArguments(['-v'], program)).toEqual({ kind: 'print', text: 'ingest 1.2.3\n', exitCode: 0 });
  });

  it('refuses what it does not know', () => {
    expect(parseArguments(['--prot', '1'], program)).toMatchObject({ kind: 'print', exitCode: 2 });
  });
});
