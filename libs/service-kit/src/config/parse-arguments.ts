import { parseArgs } from 'node:util';
import { describeSettings } from './describe-settings';
import { type SettingShape } from './setting';

/** What `--help` and `--version` tell about a program. */
export interface ProgramDescription {
  readonly name: string;
  readonly version: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly settings: SettingShape;
}

/** What the command line asks for: to run, or to print something and exit. */
export type ArgumentsOutcome =
  { readonly kind: 'run' } | { readonly kind: 'print'; readonly text: string; readonly exitCode: 0 | 2 };

/**
 * Reads the command line of a service, which knows `--help` and `--version` only: everything else comes from the
 * environment. Anything unknown gives a usage message and exit code 2.
 * @param argv the arguments after the program's own name
 */
export function parseArguments(argv: readonly string[], program: ProgramDescription): ArgumentsOutcome {
  const parsed = readFlags(argv);
  if (parsed.kind === 'invalid') {
    return { kind: 'print', text: `${program.name}: ${parsed.reason}\nTry --help.\n`, exitCode: 2 };
  }
  if (parsed.help) return { kind: 'print', text: helpText(program), exitCode: 0 };
  if (parsed.version) return { kind: 'print', text: `${program.name} ${program.version}\n`, exitCode: 0 };
  return { kind: 'run' };
}

type Flags =
  | { readonly kind: 'valid'; readonly help: boolean; readonly version: boolean }
  | { readonly kind: 'invalid'; readonly reason: string };

function readFlags(argv: readonly string[]): Flags {
  const flags = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: flags, strict: true });
    return { kind: 'valid', help: values.help ?? false, version: values.version ?? false };
  } catch (error) {
    return { kind: 'invalid', reason: (error as Error).message };
  }
}

function helpText({ name, version, summary, settings }: ProgramDescription): string {
  return [
    `${name} ${version}: ${summary}`,
    '',
    'Settings (environment variables; unknown ones with this prefix are refused; _FILE ones hold a path):',
    '',
    describeSettings(settings),
    '',
  ].join('\n');
}
