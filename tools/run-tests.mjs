// Runs the three sizes of tests and ends with one line that counts them all. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const results = join(root, 'dist/test-results');
const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const sizes = ['spec', 'integration', 'e2e'];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const totals = { passed: 0, failed: 0, skipped: 0 };
let broken = false;
for (const size of sizes) {
  console.log(`\n== ${size} tests`);
  const outputFile = join(results, `${size}.json`);
  const args = ['--config', `jest.${size}.config.cjs`, '--json', '--outputFile', outputFile, ...process.argv.slice(2)];
  const { status } = spawnSync(join(root, 'node_modules/.bin/jest'), args, {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) broken = true;
  if (!existsSync(outputFile)) continue;
  const counted = JSON.parse(readFileSync(outputFile, 'utf8'));
  totals.passed += counted.numPassedTests;
  totals.failed += counted.numFailedTests + counted.numRuntimeErrorTestSuites;
  totals.skipped += counted.numPendingTests;
}
if (broken && totals.failed === 0) totals.failed = 1;
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(broken || totals.passed === 0 ? 1 : 0);
