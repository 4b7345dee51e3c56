import { Command } from 'commander';
import { addDeadLetterCommands } from './dead-letters/dead-letter-commands';
import { addEvaluateProfiles } from './evaluate/evaluate-profiles-command';
import { addEvaluateOnline } from './evaluate/online/evaluate-online-command';
import { addEvaluateRecommendations } from './evaluate/recommendations/evaluate-recommendations-command';
import { addForget } from './forget/forget-command';
import { addLakeCommands } from './lake/lake-commands';
import type { Output } from './output';
import { addGenerationCommands } from './rebuild/generations-command';
import { addRebuild } from './rebuild/rebuild-command';
import { addExtendRetention } from './retention/extend-retention-command';
import { addSetUp } from './set-up/set-up-command';
import { addTrain } from './train/train-command';

/** What the command line works with. */
export interface ProgramOptions extends Output {
  /** The environment that commands take their addresses from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The `affinity` command line. Exit codes: 0 done, 1 failed, 2 wrong use: parsing throws CommanderError. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('affinity')
    .description('Operate Affinity: evaluate, look after dead letters and the lake')
    .version('0.1.0')
    .showHelpAfterError()
    .exitOverride();
  const evaluate = program.command('evaluate').description('Measure how good profiles and recommendations are');
  addEvaluateProfiles(evaluate, options);
  addEvaluateRecommendations(evaluate, options);
  addEvaluateOnline(evaluate, options);
  addDeadLetterCommands(
    program.command('dead-letters').description('See and replay what could not be handled'),
    options,
  );
  addLakeCommands(program.command('lake').description('Tables, exports and training data from the lake'), options);
  addTrain(program, options);
  addForget(program, options);
  addRebuild(program, options);
  addGenerationCommands(program.command('generations').description('See and switch generations of profiles'), options);
  addSetUp(program, options);
  addExtendRetention(program.command('retention').description('How long profiles are kept'), options);
  return program;
}
