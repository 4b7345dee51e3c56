import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages } from './debian-packages';
import { withFileLock } from './file-lock';
import { type NativeProgram, findOnPath, tryProgram } from './native-program';
import { CATALOG, type ProgramName } from './program-catalog';
import { keepLinksInside } from './relative-links';

/** Where to look for programs, where to keep them, and whom to tell. */
export interface InstallOptions {
  /** A folder for what is fetched; see `cacheFolder`. */
  readonly cacheDir: string;
  /** The folders to look in first, as in `PATH`. */
  readonly searchPath: string;
  /** Told in one line what is done and how long it took. */
  readonly report: (line: string) => void;
}

/**
 * Finds programs on the search path or in the cache, and fetches what is missing from Debian, without root. Safe to call from
 * several processes at once: one fetches, the others wait. Rejects with what to install where fetching is not possible.
 */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  options: InstallOptions,
): Promise<Record<Name, NativeProgram>> {
  const found = await Promise.all(names.map(async (name) => [name, await ensureProgram(name, options)] as const));
  return Object.fromEntries(found) as Record<Name, NativeProgram>;
}

async function ensureProgram(name: ProgramName, options: InstallOptions): Promise<NativeProgram> {
  const onPath = await findOnPath(name, options.searchPath);
  if (onPath) return onPath;
  const target = join(options.cacheDir, 'programs', name);
  const cached = await findUnpacked(name, target);
  if (cached) return cached;
  await mkdir(join(options.cacheDir, 'programs'), { recursive: true });
  return withFileLock(
    `${target}.lock`,
    async () => (await findUnpacked(name, target)) ?? (await fetch(name, target, options)),
  );
}

async function fetch(name: ProgramName, target: string, { cacheDir, report }: InstallOptions): Promise<NativeProgram> {
  const startedAtMs = performance.now();
  const work = await mkdtemp(join(cacheDir, 'programs', `.${name}-`));
  report(`fetching ${name} from Debian (${CATALOG[name].packages.suite})`);
  try {
    const root = await unpackPackages(work, CATALOG[name].packages);
    await keepLinksInside(root);
    await rm(target, { recursive: true, force: true });
    await rename(root, target);
    const program = await findUnpacked(name, target);
    if (!program) throw new Error('what was fetched does not run on this machine');
    report(`fetched ${name} ${program.version} in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
    return program;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).trim();
    throw new Error(`Install ${CATALOG[name].advice} and put it on the PATH. Fetching it failed: ${reason}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Finds a program in an unpacked package tree, wherever its package puts it. */
async function findUnpacked(name: ProgramName, root: string): Promise<NativeProgram | undefined> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const libraries = entries.filter(({ name: file }) => /\.so(\.\d+)*$/.test(file)).map(({ parentPath }) => parentPath);
  // Java finds its own libraries; to put them on the path would only confuse it.
  const needsPath = name !== 'java' && libraries.length > 0;
  const env: Record<string, string> = needsPath ? { LD_LIBRARY_PATH: [...new Set(libraries)].join(':') } : {};
  for (const entry of entries) {
    if (entry.name !== name || !entry.parentPath.endsWith('bin')) continue;
    const program = await tryProgram(name, join(entry.parentPath, name), env);
    if (program) return program;
  }
  return undefined;
}
