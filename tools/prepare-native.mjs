// Makes sure that the native servers for tests and the demo, kubectl and promtool are there: finds them, or fetches them without root.
// Arguments name the programs; all unless told.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist/tools/prepare-native.cjs');
await build({
  entryPoints: [join(root, 'libs/testing/src/native-install/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  conditions: ['@affinity/source'],
  logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
