import { cacheFolder } from './cache-folder';
import { ensurePrograms } from './install-programs';
import type { ProgramName } from './program-catalog';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const all: readonly ProgramName[] = ['nats-server', 'redis-server', 'java', 'kubectl', 'promtool'];
const wanted = all.filter((name) => process.argv.length <= 2 || process.argv.includes(name));

ensurePrograms(wanted, {
  cacheDir: cacheFolder(process.env),
  searchPath: process.env['PATH'] ?? '',
  report: print,
}).then(
  (programs) => {
    for (const [name, { version, path }] of Object.entries(programs)) print(`${name} ${version}: ${path}`);
  },
  (error: unknown) => {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
