import { createProgram, type ProgramOptions } from '../src/program';

/** Runs a command in this process, and gives what it printed. What it prints is in `printed` also when it rejects. */
export async function runAffinity(
  environment: ProgramOptions['environment'],
  args: readonly string[],
  printed: string[] = [],
): Promise<string> {
  const program = createProgram({ environment, print: (text) => printed.push(text), progress: () => undefined });
  await program.parseAsync(['node', 'affinity', ...args]);
  return printed.join('\n');
}
