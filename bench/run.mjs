// Runs every benchmark (apps/*/bench/*.bench.ts), or those whose names contain an argument. Each prints a table and writes
// bench/results/<name>.json. Ratios to a bare baseline of the same run travel; absolute figures are of this machine. Both sides
// run with the memory settings that the service's image has.
import { build } from 'esbuild';
import { bundleOptions } from '../tools/bundling.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const images = JSON.parse(readFileSync(join(root, 'deploy/images/images.json'), 'utf8'));
const folders = readdirSync(join(root, 'apps'))
  .map((app) => join(root, 'apps', app, 'bench'))
  .filter((folder) => existsSync(folder));
const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
const outdir = join(root, 'dist/bench');

await build({
  ...bundleOptions(root, outdir),
  entryPoints: files.filter((file) => file.endsWith('.ts')),
  outdir,
  outbase: join(root, 'apps'),
  entryNames: '[name]',
  outExtension: { '.js': '.cjs' },
});

let failed = 0;
for (const file of files.filter((name) => name.endsWith('.bench.ts')).sort()) {
  const name = file.split('/').at(-1).replace(/\.ts$/, '');
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const startedAt = performance.now();
  console.log(`\n== ${name}`);
  const nodeOptions = images[basename(dirname(dirname(file)))]?.nodeOptions ?? '';
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', join(outdir, `${name}.cjs`)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
  });
  console.log(
    `== ${name}: ${status === 0 ? 'done' : 'FAILED'} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`,
  );
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
