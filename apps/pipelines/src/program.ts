import { Command } from 'commander';
import { addDeadLetterCommands } from './dead-letters/dead-letter-commands';
import { addEvaluateProfiles } from './evaluate/evaluate-profiles-command';
import type { Output } from './output';

/** What the command line works with. */
export interface ProgramOptions extends Output {
  /** The environment that commands take their addresses from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The `affinity` command line. Exit codes: 0 done, 1 failed, 2 wrong use. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('affinity')
    .description('Operate Affinity: evaluate, look after dead letters')
    .version('0.1.0')
    .showHelpAfterError();
  addEvaluateProfiles(program.command('evaluate').description('Measure how good profiles are'), options);
  addDeadLetterCommands(
    program.command('dead-letters').description('See and replay what could not be handled'),
    options,
  );
  return program;
}
