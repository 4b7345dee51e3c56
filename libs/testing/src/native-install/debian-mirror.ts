import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The Debian mirror that this machine's own apt sources name; undefined when there is none (not Debian, or not readable). */
export async function debianMirror(aptFolder = '/etc/apt'): Promise<string | undefined> {
  const parts = join(aptFolder, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const files = [join(aptFolder, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return findMirror(texts.join('\n'));
}

/** Finds the mirror in the text of apt sources, of the one-line or the deb822 kind: the first that ends in `/debian`. */
export function findMirror(text: string): string | undefined {
  const addresses = text.split('\n').flatMap((line) => {
    const oneLine = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line)?.[1];
    const deb822 = /^URIs:\s*(.+)$/.exec(line)?.[1];
    return [oneLine, ...(deb822?.split(/\s+/) ?? [])];
  });
  return addresses.find((address) => address !== undefined && /\/debian\/?$/.test(address));
}
