// Writes each project's tsconfig.json from its package.json, so that TypeScript's references never disagree with the
// declared dependencies. `--check` fails instead of writing.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const projects = ['apps', 'libs'].flatMap((kind) =>
  readdirSync(join(root, kind)).map((name) => ({ dir: `${kind}/${name}`, packageName: `@affinity/${name}` })),
);
const dirOf = new Map(projects.map((project) => [project.packageName, project.dir]));

function referencesOf(dir) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies })
    .filter((name) => dirOf.has(name))
    .map((name) => ({ path: relative(dir, dirOf.get(name)) }));
}

function expectedConfig(dir) {
  const testing = dir === 'libs/testing' ? [] : [{ path: relative(dir, 'libs/testing') }];
  const references = [...referencesOf(dir), ...testing];
  const unique = [...new Map(references.map((reference) => [reference.path, reference])).values()];
  return {
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      types: ['node', 'jest'],
      rootDir: '.',
      outDir: `../../dist/types/${dir}`,
      tsBuildInfoFile: `../../dist/types/${dir}/tsconfig.tsbuildinfo`,
    },
    include: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    references: unique,
  };
}

const check = process.argv.includes('--check');
let stale = 0;
for (const { dir } of projects) {
  const path = join(root, dir, 'tsconfig.json');
  const expected = JSON.stringify(expectedConfig(dir));
  const current = existsSync(path) ? JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) : '';
  if (current === expected) continue;
  stale += 1;
  if (check)
    console.error(`${dir}/tsconfig.json does not match its package.json: run "node tools/sync-project-references.mjs"`);
  else writeFileSync(path, `${JSON.stringify(expectedConfig(dir), null, 2)}\n`);
}
const solution = join(root, 'tsconfig.json');
const files = JSON.stringify({ files: [], references: projects.map(({ dir }) => ({ path: dir })) }, null, 2);
if (
  !existsSync(solution) ||
  JSON.stringify(JSON.parse(readFileSync(solution, 'utf8'))) !== JSON.stringify(JSON.parse(files))
) {
  stale += 1;
  if (check) console.error('tsconfig.json does not list every project: run "node tools/sync-project-references.mjs"');
  else writeFileSync(solution, `${files}\n`);
}
process.exit(check && stale > 0 ? 1 : 0);
