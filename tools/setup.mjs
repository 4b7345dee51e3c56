// Installs what is missing, and says what it does and how long it takes. Doing it again takes a second.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules/.affinity-installed');

requireNode();
step('packages', installPackages);
step('servers', prepareServers);

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const supported = (major === 20 && minor >= 20) || (major === 22 && minor >= 22) || major > 22;
  if (supported) return;
  console.error(
    `Node ${process.versions.node} is not supported: install Node 24 (or 20.20 and newer of 20, or 22.22 and newer).`,
  );
  process.exit(1);
}

function step(title, run) {
  const startedAt = performance.now();
  const done = run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`setup: ${title}: ${done} (${seconds} s)`);
}

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.version)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'there already';
  console.log('setup: packages: npm ci …');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error']);
  writeFileSync(stamp, wanted);
  return 'installed';
}

function prepareServers() {
  const { status } = spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 });
  if (status === 0 && process.env.AFFINITY_STACK_MODE !== 'native') {
    run(process.execPath, ['tools/prepare-native.mjs', 'kubectl', 'promtool']);
    return 'a container engine answers, images are used';
  }
  run(process.execPath, ['tools/prepare-native.mjs']);
  return 'native ones are ready';
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`setup: "${command} ${args.join(' ')}" failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}
