// Makes what other teams need to call Affinity: an npm package with a client, and the .proto files. Usage: [target folder];
// without it dist/contracts. Prints the paths of both, one a line.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { layOutNodePackage } from './node-package.mjs';
import { layOutProtoArchive } from './proto-archive.mjs';

const root = join(import.meta.dirname, '../..');
const target = resolve(process.argv[2] ?? join(root, 'dist/contracts'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };

const staging = mkdtempSync(join(tmpdir(), 'affinity-contracts-'));
try {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'clients/node'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  mkdirSync(target, { recursive: true });

  const packageFolder = join(staging, 'package');
  await layOutNodePackage({ root, target: packageFolder, version });
  const tarball = join(target, `affinity-contracts-${version}.tgz`);
  execFileSync('tar', ['-czf', tarball, '-C', staging, 'package'], quiet);

  const archiveName = `affinity-protos-${version}`;
  layOutProtoArchive({ root, target: join(staging, archiveName), version });
  const archive = join(target, `${archiveName}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', staging, archiveName], quiet);

  console.log(`${tarball}\n${archive}`);
} finally {
  rmSync(staging, { recursive: true });
}
