// The packages that a bundle leaves outside, with all that they need in turn.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { unbundled } from './bundling.mjs';

/**
 * Where those packages are and where they belong below the bundle's folder, as they lie in node_modules, so that Node resolves
 * the same versions. Throws when one that is needed is not installed; optional ones may be absent.
 */
export function externalPackages(root, bundle) {
  const text = readFileSync(bundle, 'utf8');
  const wanted = unbundled.filter((name) => isLoadedAtStart(text, name));
  const found = new Map();
  for (const name of wanted) addWithDependencies({ name, from: root, optional: false }, { root, found });
  return [...found.values()];
}

/** What a bundled package would load later, from files next to its own, is not to be had from a bundle in any case. */
function isLoadedAtStart(text, name) {
  return new RegExp(`^(var|const|let) \\S+ = require\\("${name}"\\)`, 'm').test(text);
}

function addWithDependencies({ name, from, optional }, { root, found }) {
  const folder = resolve(name, from, root);
  if (folder === undefined) {
    if (optional) return;
    throw new Error(`${name}, which ${relative(root, from) || 'a bundle'} needs, is not installed`);
  }
  if (found.has(folder) || name.startsWith('@types/')) return;
  found.set(folder, { from: folder, to: relative(root, folder) });
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifestOf(folder);
  const needs = (names, mayBeAbsent) => {
    for (const other of Object.keys(names))
      addWithDependencies({ name: other, from: folder, optional: mayBeAbsent }, { root, found });
  };
  needs(dependencies, false);
  needs({ ...optionalDependencies, ...peerDependencies }, true);
}

/** As Node does it: the nearest node_modules that has it, upwards. */
function resolve(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root) return undefined;
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
