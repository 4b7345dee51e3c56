import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from './native-install/file-lock';

const run = promisify(execFile);

/** The folder of the checkout: the nearest one above the working directory or this file that has an nx.json. */
export function workspaceRoot(): string {
  for (const start of [process.cwd(), __dirname]) {
    for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
      if (existsSync(join(folder, 'nx.json'))) return folder;
    }
  }
  throw new Error('this must run inside the Affinity workspace: no nx.json found above the working directory');
}

/**
 * The bundle of an app, `dist/apps/<app>/main.cjs`; built first when it is missing or older than a source of the app or of any
 * library. Concurrent callers build once.
 */
export async function appBundle(app: string): Promise<string> {
  const root = workspaceRoot();
  const bundle = join(root, 'dist/apps', app, 'main.cjs');
  await mkdir(dirname(bundle), { recursive: true });
  await withFileLock(join(dirname(bundle), '.bundle.lock'), async () => {
    if ((await modifiedAt(bundle)) > (await newestSource(root, app))) return;
    await run(process.execPath, [join(root, 'tools/bundle.mjs'), app], { cwd: root });
  });
  return bundle;
}

async function newestSource(root: string, app: string): Promise<number> {
  const libraries = await readdir(join(root, 'libs'));
  const folders = [join(root, 'apps', app, 'src'), ...libraries.map((name) => join(root, 'libs', name, 'src'))];
  const paths = await Promise.all(folders.map(filesBelow));
  return Math.max(...(await Promise.all(paths.flat().map(modifiedAt))));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.map((entry) => join(folder, entry));
}

async function modifiedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
