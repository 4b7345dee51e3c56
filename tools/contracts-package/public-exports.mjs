// What other teams get of libs/contracts: the generated code of all packages but those that only our services share.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages below proto/affinity that other teams may use. */
export const publicPackages = ['events', 'profiles', 'catalog', 'recommendations'];

const statement = /export \{[^}]*\} from '(\.\/generated\/affinity\/([a-z]+)\/[^']+)';/g;

/** The export statements of the library's index that name generated code of public packages. `from`: where generated/ lies. */
export function publicExports(root, from) {
  const index = readFileSync(join(root, 'libs/contracts/src/index.ts'), 'utf8');
  const found = [...index.matchAll(statement)].filter(([, , area]) => publicPackages.includes(area));
  for (const area of publicPackages) {
    if (!found.some(([, , each]) => each === area)) throw new Error(`libs/contracts exports nothing of ${area}`);
  }
  return `${found.map(([text, path]) => text.replace(path, path.replace('./generated', from))).join('\n')}\n`;
}
