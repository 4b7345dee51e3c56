// Bundles one app into dist/apps/<name>/main.cjs. Usage: node tools/bundle.mjs <name>
import { build } from 'esbuild';
import { join } from 'node:path';
import { bundleOptions } from './bundling.mjs';

const root = join(import.meta.dirname, '..');
const name = (process.argv[2] ?? '').replace(/^@affinity\//, '');
if (!/^[a-z-]+$/.test(name)) throw new Error('usage: node tools/bundle.mjs <app name>');

const outdir = join(root, 'dist/apps', name);
await build({
  ...bundleOptions(root, outdir),
  entryPoints: [join(root, 'apps', name, 'src/main.ts')],
  outfile: join(outdir, 'main.cjs'),
});
