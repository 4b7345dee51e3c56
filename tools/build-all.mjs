// Bundles every app that has an entry point. A bundle takes about a second.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const apps = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src/main.ts')));
const startedAt = performance.now();
for (const app of apps) {
  const { status } = spawnSync(process.execPath, ['tools/bundle.mjs', app], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`build: ${app} failed`);
    process.exit(1);
  }
}
console.log(`build: ${apps.length} bundles in dist/apps (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
