import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedObject } from '../object-store';
import { codeOf } from './durable-files';

/** Objects below a folder whose key begins with a prefix, ascending by key. Holds one folder's names at a time. */
export async function* walkObjects(
  root: string,
  prefix: string,
  folderKey = '',
): AsyncGenerator<ListedObject, void, undefined> {
  for (const entry of await entriesOf(join(root, folderKey))) {
    const key = folderKey + entry.name;
    if (entry.isDirectory()) {
      const below = `${key}/`;
      if (below.startsWith(prefix) || prefix.startsWith(below)) yield* walkObjects(root, prefix, below);
    } else if (key.startsWith(prefix)) {
      yield { key, bytes: (await stat(join(root, key))).size };
    }
  }
}

/** Names in the order of the keys: a folder sorts as its name with the slash that follows it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const sortName = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
    return entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((left, right) => (sortName(left) < sortName(right) ? -1 : 1));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
