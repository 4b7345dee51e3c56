import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianMirror } from './debian-mirror';

const run = promisify(execFile);

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** One fetch over a slow line. */
const TIMEOUT_MS = 5 * 60_000;

/** Packages of one suite. */
export interface PackageSet {
  readonly suite: 'bookworm' | 'sid';
  readonly packages: readonly string[];
}

/**
 * Downloads Debian packages, verified by Debian's signatures, and unpacks them below `<folder>/root`. Needs no root: apt gets
 * a state of its own below `folder`, and the machine's is not touched. Rejects on any machine that has no apt or no mirror.
 */
export async function unpackPackages(folder: string, { suite, packages }: PackageSet): Promise<string> {
  const mirror = await debianMirror();
  if (mirror === undefined) throw new Error("this machine's apt sources name no Debian mirror");
  const options = await privateAptState(folder, mirror, suite);
  const downloads = join(folder, 'downloads');
  await mkdir(downloads);
  await run('apt-get', [...options, 'update'], { timeout: TIMEOUT_MS });
  await run('apt-get', [...options, 'download', ...packages], { timeout: TIMEOUT_MS, cwd: downloads });
  const root = join(folder, 'root');
  for (const file of await readdir(downloads)) await run('dpkg', ['-x', join(downloads, file), root]);
  return root;
}

async function privateAptState(folder: string, mirror: string, suite: string): Promise<string[]> {
  const apt = join(folder, 'apt');
  for (const path of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(apt, path), { recursive: true });
  await writeFile(join(apt, 'status'), '');
  const source = { Types: 'deb', URIs: mirror, Suites: suite, Components: 'main', 'Signed-By': KEYRING };
  const lines = Object.entries(source).map(([name, value]) => `${name}: ${value}\n`);
  await writeFile(join(apt, 'suite.sources'), lines.join(''));
  const settings = {
    'Dir::Etc::SourceList': join(apt, 'suite.sources'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': userInfo().username,
    'Debug::NoLocking': '1',
  };
  return ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}
