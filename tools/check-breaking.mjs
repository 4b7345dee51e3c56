// Compares the contracts with those of the last commit, and with those that the branch began from (origin/main, or the
// parent of the last commit), so that neither an uncommitted nor a committed change can break a client.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
const commitOf = (name) => git('rev-parse', '--verify', '--quiet', `${name}^{commit}`).stdout.trim();
const hasContracts = (commit) => git('cat-file', '-e', `${commit}:proto/buf.yaml`).status === 0;

const head = commitOf('HEAD');
const upstream = commitOf('origin/main');
const base =
  upstream !== '' && upstream !== head ? git('merge-base', 'HEAD', upstream).stdout.trim() : commitOf('HEAD~1');
const against = [...new Set([head, base])].filter((commit) => commit !== '' && hasContracts(commit));
if (against.length === 0) console.log('no earlier contracts to compare with');
for (const commit of against) {
  const { status } = spawnSync(
    join(root, 'node_modules/.bin/buf'),
    ['breaking', 'proto', '--against', `.git#ref=${commit},subdir=proto`],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) {
    console.error(`the contracts break callers of ${commit.slice(0, 10)}`);
    process.exit(1);
  }
  console.log(`no breaking change since ${commit.slice(0, 10)}`);
}
