import { cacheFolder } from './cache-folder';
import { ensurePrograms } from './install-programs';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

ensurePrograms(['nats-server', 'redis-server', 'java'], {
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
