// Everything that CI checks, in the order of what fails fastest. `--static` leaves the tests out.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const env = { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
const bin = (name) => join(root, 'node_modules/.bin', name);

const staticChecks = [
  ['format', bin('prettier'), ['--check', '.', '--log-level', 'warn']],
  ['project references', process.execPath, ['tools/sync-project-references.mjs', '--check']],
  ['contracts: lint', bin('buf'), ['lint', 'proto']],
  ['contracts: format', bin('buf'), ['format', '--diff', '--exit-code', 'proto']],
  ['contracts: breaking changes', process.execPath, ['tools/check-breaking.mjs']],
  ['contracts: generated code', process.execPath, ['tools/generate-contracts.mjs', '--check']],
  ['types', bin('tsc'), ['-b', '.', 'clients/node']],
  // The boundary rule needs the project graph, or it passes everything.
  ['project graph', bin('nx'), ['show', 'projects']],
  // One run for all: a run for each project reads all types anew.
  ['lint', bin('eslint'), ['--max-warnings', '0', 'apps', 'libs', 'clients']],
  ['lint canaries', process.execPath, ['tools/check-canaries.mjs']],
];

const tests = [
  ['bundles', process.execPath, ['tools/build-all.mjs']],
  ['tests', process.execPath, ['tools/run-tests.mjs']],
];

const onlyStatic = process.argv.includes('--static');
const steps = [...staticChecks, ...(onlyStatic ? [] : tests)];

const failed = [];
for (const [title, command, args] of steps) {
  const startedAt = performance.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`== ${title}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (status !== 0) failed.push(title);
}
console.log(failed.length === 0 ? '\nverify: ok' : `\nverify: FAILED: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
