// Lints code that must be refused, as if it stood in the project: a boundary rule that silently stopped working would pass
// everything else. Each canary names where it pretends to stand and the rules that must refuse it.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'canaries');
const eslint = join(root, 'node_modules/.bin/eslint');

function headerOf(code, name) {
  const found = new RegExp(`^// ${name}: (.+)$`, 'm').exec(code);
  if (found === null) throw new Error(`a canary needs a line "// ${name}: …"`);
  return found[1];
}

/** The type-aware rules need the file on disk, inside its project; it is there for the length of the check only. */
function rulesThatRefuse(path, code) {
  writeFileSync(path, code);
  try {
    execFileSync(eslint, ['--format', 'json', path], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    return [];
  } catch (error) {
    return JSON.parse(String(error.stdout)).flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
  } finally {
    rmSync(path);
  }
}

let sick = 0;
for (const name of readdirSync(folder).sort()) {
  const code = readFileSync(join(folder, name), 'utf8');
  const rules = rulesThatRefuse(join(root, headerOf(code, 'lint as')), code);
  const missing = headerOf(code, 'expect')
    .split(', ')
    .filter((rule) => !rules.includes(rule));
  if (missing.length > 0) {
    sick += 1;
    console.error(
      `canary ${name}: nothing refused it by ${missing.join(', ')} (refused by: ${rules.join(', ') || 'nothing'})`,
    );
  }
}
console.log(sick === 0 ? 'all canaries were refused' : `${sick} canaries were not refused`);
process.exit(sick === 0 ? 0 : 1);
