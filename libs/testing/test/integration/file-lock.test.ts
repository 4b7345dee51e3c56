import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from '../../src/native-install/file-lock';

describe('withFileLock', () => {
  let folder: string;

  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'file-lock-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withFileLock(join(folder, 'contended'), async () => {
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 10 }, enter));
    expect({ inside, most }).toEqual({ inside: 0, most: 1 });
  });

  it('takes over from an owner that is dead', async () => {
    const path = join(folder, 'abandoned');
    await writeFile(path, '2147483646'); // above the largest process id of Linux
    expect(await withFileLock(path, () => Promise.resolve('mine'))).toBe('mine');
  });
});
