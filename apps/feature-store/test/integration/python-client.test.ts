import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startClientSystem, workspaceFolder, type ClientSystem } from './client-system';

/** The first Python that has gRPC: the one of the path may be another than the distribution's. */
const python = ['/usr/bin/python3', 'python3'].find(
  (each) => spawnSync(each, ['-c', 'import grpc, google.protobuf'], { stdio: 'ignore' }).status === 0,
);

if (python === undefined) {
  process.stderr.write('python-client: skipped, no Python with gRPC (Debian: python3-grpcio python3-protobuf)\n');
}
const describeWithPython = python === undefined ? describe.skip : describe;

describeWithPython('a Python client made from the protos', () => {
  let system: ClientSystem;

  beforeAll(async () => {
    system = await startClientSystem();
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  });

  it('publishes an event and reads the profile that it changed', async () => {
    const { protos } = await system.unpackContracts();
    const { ingestAddress, profilesAddress, apiKey } = system;
    const example = join(workspaceFolder, 'clients/python/example.py');
    const show = async (colour: string): Promise<unknown> => {
      const addresses = ['--ingest', ingestAddress, '--profiles', profilesAddress];
      const event = ['--user', 'python-user', '--item', 'car-7', '--colour', colour];
      const common = ['--descriptors', join(protos, 'affinity.binpb'), '--api-key', apiKey];
      const { stdout } = await promisify(execFile)(python!, [example, ...common, ...addresses, ...event]);
      return JSON.parse(stdout);
    };
    expect(await show('red')).toMatchObject({ outcome: 'accepted', profile: { eventCount: '1' } });
    const category = (value: string) => expect.objectContaining({ value, weight: 1, share: 0.5 }) as unknown;
    const categories = expect.arrayContaining([category('red'), category('green')]) as unknown;
    expect(await show('green')).toMatchObject({
      outcome: 'accepted',
      profile: {
        eventCount: '2',
        dimensions: expect.arrayContaining([
          expect.objectContaining({ name: 'colour', categorical: expect.objectContaining({ categories }) as unknown }),
        ]) as unknown,
      },
    });
  }, 120_000);
});
