import { CommanderError } from 'commander';
import { createCommands } from './commands';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
}

createCommands({
  environment: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  signal: interruption.signal,
  fail: () => (process.exitCode = 1),
})
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2; // It has said itself what is wrong; help is no failure.
      return;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
