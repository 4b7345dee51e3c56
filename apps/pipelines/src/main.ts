import { ConfigError } from '@affinity/service-kit';
import { CommanderError } from 'commander';
import { createProgram } from './program';

const program = createProgram({
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  progress: (line) => process.stderr.write(`${line}\n`),
});

program.parseAsync(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2; // It has said itself what is wrong; help and version are no failure.
    return;
  }
  const wrongUse = error instanceof ConfigError;
  process.stderr.write(`affinity: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = wrongUse ? 2 : 1;
});
