import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startClientSystem, workspaceFolder, type ClientSystem } from './client-system';

const run = promisify(execFile);

/** A project of another team, as its README tells to write one. */
const consumer = `
import { AffinityError, attributes, createAffinityClient, Freshness, type GetProfileResponse } from '@affinity/contracts';

async function main(ingest: string, profiles: string, apiKey: string): Promise<void> {
  const affinity = createAffinityClient({ address: profiles, addresses: { ingest }, apiKey, retries: 3 });
  const { outcomes, readToken } = await affinity.ingest.publishEvents({
    events: [
      {
        eventId: 'e-1',
        userId: 'node-user',
        sessionId: 's-1',
        eventType: 'view',
        itemId: 'car-7',
        occurredAt: new Date(),
        attributes: attributes({ colour: 'red', price: 9500 }),
        recommendationId: '',
        impression: [],
      },
    ],
  });
  const answer: GetProfileResponse = await affinity.profiles.getProfile(
    {
      profile: { key: { $case: 'userId', value: 'node-user' } },
      options: { readToken, freshness: Freshness.REQUIRE_CURRENT },
    },
    { timeoutMs: 10_000 },
  );
  const refused: unknown = await affinity.profiles.getProfile({}).catch((error: unknown) => error);
  if (!(refused instanceof AffinityError)) throw new Error('an empty request was answered');
  const stranger = createAffinityClient({ address: profiles, apiKey: 'not-the-key-of-anyone' });
  const denied: unknown = await stranger.profiles.listDimensions({}).catch((error: unknown) => error);
  stranger.close();
  affinity.close();
  const eventCount = String(answer.profile?.eventCount);
  const dimensions = answer.profile?.dimensions.map(({ name }) => name).sort();
  const codes = [refused.code, denied instanceof AffinityError ? denied.code : 'answered'];
  console.log(JSON.stringify({ outcome: outcomes[0]?.outcome?.$case, eventCount, dimensions, codes }));
}

const [ingest = '', profiles = '', apiKey = ''] = process.argv.slice(2);
void main(ingest, profiles, apiKey);
`;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'es2022',
  module: 'nodenext',
  types: ['node'],
  skipLibCheck: false,
  outDir: 'out',
};

/** Puts the unpacked package and its declared dependencies, and nothing else of ours, where Node looks for them. */
async function makeProject(folder: string, nodePackage: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const place = join(modules, '@affinity/contracts');
  await mkdir(dirname(place), { recursive: true });
  await rename(nodePackage, place);
  const { dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  expect(Object.keys(dependencies).sort()).toEqual(['@bufbuild/protobuf', '@grpc/grpc-js']);
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(workspaceFolder, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
  await writeFile(join(folder, 'consumer.ts'), consumer);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
}

describe('the npm package of the contracts', () => {
  let system: ClientSystem;

  beforeAll(async () => {
    system = await startClientSystem();
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  });

  it('type-checks and works in a project outside this workspace', async () => {
    const { nodePackage } = await system.unpackContracts();
    const project = join(system.folder, 'consumer');
    await makeProject(project, nodePackage);
    await run(process.execPath, [join(workspaceFolder, 'node_modules/typescript/bin/tsc'), '-p', project]);
    const { ingestAddress, profilesAddress, apiKey } = system;
    const program = join(project, 'out/consumer.js');
    const { stdout } = await run(process.execPath, [program, ingestAddress, profilesAddress, apiKey]);
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'accepted',
      eventCount: '1',
      dimensions: ['colour', 'item', 'price'],
      codes: ['INVALID_ARGUMENT', 'UNAUTHENTICATED'],
    });
  }, 120_000);

  it('gives other languages the public contracts and none of our own storage', async () => {
    const { protos } = await system.unpackContracts();
    const { stdout } = await run('find', [protos, '-name', '*.proto']);
    expect(stdout).toContain('affinity/events/v1/ingest_service.proto');
    expect(stdout).not.toContain('storage');
    expect((await readFile(join(protos, 'affinity.binpb'))).includes('affinity.storage')).toBe(false);
  });
});
