import { readFileSync } from 'node:fs';
import { closestName } from './closest-name';
import { ConfigError } from './config-error';
import { type ConfigOf, type Setting, type SettingShape } from './setting';

/** Environment variables as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A rule that spans several settings; returns its problems, an empty list when there are none. */
export type ConfigCheck<C> = (config: C) => readonly string[];

/** How a configuration is loaded. */
export interface LoadConfigOptions<S extends SettingShape> {
  /** What all of our variables start with; `AFFINITY_` unless told. Others are never looked at. */
  readonly prefix?: string;
  /** Rules over several settings; they run once every single setting is valid. */
  readonly checks?: readonly ConfigCheck<ConfigOf<S>>[];
  /** Reads a file setting as UTF-8; `readFileSync` unless told. */
  readonly readFile?: (path: string) => string;
}

/** What every variable of Affinity starts with. */
export const defaultPrefix = 'AFFINITY_';

/**
 * Reads and validates all settings of `shape`. A variable set to the empty string counts as not set, because container
 * platforms cannot unset one.
 * @throws ConfigError with all problems together: invalid or missing values, unreadable files, unknown variables.
 */
export function loadConfig<S extends SettingShape>(
  shape: S,
  env: Environment,
  options: LoadConfigOptions<S> = {},
): ConfigOf<S> {
  const prefix = options.prefix ?? defaultPrefix;
  const problems = unknownVariables(shape, env, prefix);
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(shape)) {
    const name = prefix + setting.env;
    const result = readSetting(setting, env[name], options.readFile ?? readUtf8);
    if (result.kind === 'value') values[key] = result.value;
    else problems.push(`${name}: ${result.problem}`);
  }
  const config = values as ConfigOf<S>;
  if (problems.length === 0) problems.push(...(options.checks ?? []).flatMap((check) => check(config)));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

type Reading =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'problem'; readonly problem: string };

function readSetting(
  setting: Setting<unknown>,
  given: string | undefined,
  readFile: (path: string) => string,
): Reading {
  const text = given === undefined || given === '' ? defaultText(setting) : given;
  if (text !== undefined)
    return setting.source === 'file' ? readFromFile(setting, text, readFile) : parse(setting, text);
  if (setting.presence.kind === 'optional') return { kind: 'value', value: undefined };
  return { kind: 'problem', problem: `is required: ${setting.doc}` };
}

function defaultText(setting: Setting<unknown>): string | undefined {
  return setting.presence.kind === 'defaulted' ? setting.presence.text : undefined;
}

function readFromFile(setting: Setting<unknown>, path: string, readFile: (path: string) => string): Reading {
  let contents: string;
  try {
    contents = readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { kind: 'problem', problem: `cannot read the file "${path}" (${reason})` };
  }
  return parse(setting, contents);
}

function parse(setting: Setting<unknown>, text: string): Reading {
  const result = setting.schema.safeParse(text);
  if (result.success) return { kind: 'value', value: result.data };
  const message = [...new Set(result.error.issues.map((issue) => issue.message))].join('; ');
  // File contents may be a secret, and so may a URL that was refused for the password in it.
  const quotable = setting.source === 'value' && !text.includes('@');
  return { kind: 'problem', problem: quotable ? `${message} (got ${JSON.stringify(text.slice(0, 80))})` : message };
}

function unknownVariables(shape: SettingShape, env: Environment, prefix: string): string[] {
  const known = new Set(Object.values(shape).map((setting) => prefix + setting.env));
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name));
  return unknown.sort().map((name) => {
    const meant = closestName(name, known);
    return `${name}: is not a setting of this service${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}

function readUtf8(path: string): string {
  return readFileSync(path, 'utf8');
}
