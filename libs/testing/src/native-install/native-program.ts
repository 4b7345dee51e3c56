import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { CATALOG, type ProgramName } from './program-catalog';

const run = promisify(execFile);

/** A program that was found to run, and to be new enough. */
export interface NativeProgram {
  readonly path: string;
  /** What its environment needs so that it finds its libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** `major.minor` */
  readonly version: string;
}

/** Finds a program on a search path (`PATH`); undefined when it is absent or too old. */
export async function findOnPath(name: ProgramName, searchPath: string): Promise<NativeProgram | undefined> {
  for (const folder of [...searchPath.split(delimiter), '/usr/sbin'].filter((entry) => entry !== '')) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    const program = isThere ? await tryProgram(name, path, {}) : undefined;
    if (program) return program;
  }
  return undefined;
}

/** Runs a program for its version; undefined when it does not run or is too old. */
export async function tryProgram(
  name: ProgramName,
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<NativeProgram | undefined> {
  const { versionArgs, versionPattern, atLeast } = CATALOG[name];
  try {
    const { stdout, stderr } = await run(path, [...versionArgs], { env: { ...process.env, ...env }, timeout: 30_000 });
    const [, major = '', minor = '0'] = versionPattern.exec(stdout + stderr) ?? [];
    const isEnough = Number(major) > atLeast[0] || (Number(major) === atLeast[0] && Number(minor) >= atLeast[1]);
    return major !== '' && isEnough ? { path, env, version: `${major}.${minor}` } : undefined;
  } catch {
    return undefined;
  }
}
