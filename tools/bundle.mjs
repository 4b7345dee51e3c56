// Bundles one app into dist/apps/<name>/main.cjs. Usage: node tools/bundle.mjs <name>
import { build } from 'esbuild';
import { join } from 'node:path';
import { unbundled } from './unbundled.mjs';

const root = join(import.meta.dirname, '..');
const name = (process.argv[2] ?? '').replace(/^@affinity\//, '');
if (!/^[a-z-]+$/.test(name)) throw new Error('usage: node tools/bundle.mjs <app name>');

await build({
  entryPoints: [join(root, 'apps', name, 'src/main.ts')],
  outfile: join(root, 'dist/apps', name, 'main.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  conditions: ['@affinity/source'],
  external: unbundled,
  loader: { '.sql': 'text' },
  sourcemap: true,
  logLevel: 'warning',
});
