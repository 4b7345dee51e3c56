// Lays out the archive for other languages: the public .proto files, and a descriptor set for those who generate no code.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages } from './public-exports.mjs';

const readme = (version) => `Affinity's gRPC contracts, version ${version}.

affinity/<area>/v1/*.proto  for protoc, buf and the like; the only imports from elsewhere are Google's well-known types
affinity.binpb              the same as a FileDescriptorSet, imports included, for reflection without generated code

python3 -m grpc_tools.protoc -I. --python_out=. --grpc_python_out=. affinity/*/v1/*.proto
`;

/** Fills `target` with the files of the archive. */
export function layOutProtoArchive({ root, target, version }) {
  mkdirSync(target, { recursive: true });
  for (const area of publicPackages) {
    cpSync(join(root, 'proto/affinity', area), join(target, 'affinity', area), { recursive: true });
  }
  const paths = publicPackages.flatMap((area) => ['--path', `affinity/${area}`]);
  const output = join(target, 'affinity.binpb');
  const buf = join(root, 'node_modules/.bin/buf');
  const args = ['build', '--as-file-descriptor-set', '--exclude-source-info', ...paths, '-o', output];
  execFileSync(buf, args, { cwd: join(root, 'proto'), stdio: ['ignore', 'ignore', 'inherit'] });
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  writeFileSync(join(target, 'README.txt'), readme(version));
}
