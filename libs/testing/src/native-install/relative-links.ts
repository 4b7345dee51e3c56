import { access, lstat, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * Turns absolute symbolic links below an unpacked package tree into relative ones where the target is in the tree too.
 * Debian's Java links its configuration to /etc, which is another machine's /etc here.
 */
export async function keepLinksInside(root: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true })) {
    const path = join(root, entry);
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const target = await readlink(path);
    const inside = join(root, target);
    if (!target.startsWith('/') || !(await exists(inside))) continue;
    await rm(path);
    await symlink(relative(dirname(path), inside), path);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
