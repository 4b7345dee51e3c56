// Lays out the npm package: one bundle with our own libraries inside, and the declarations that tsc wrote for them.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publicExports, publicPackages } from './public-exports.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Fills `target` with the package. Needs the declarations of clients/node in dist/types. */
export async function layOutNodePackage({ root, target, version }) {
  mkdirSync(target, { recursive: true });
  const bundled = await bundle(root, target);
  copyDeclarations(root, join(target, 'types'));
  const { dependencies } = readJson(join(root, 'libs/contracts/package.json'));
  const runtime = ['@bufbuild/protobuf', '@grpc/grpc-js'].map((name) => [name, dependencies[name]]);
  const manifest = {
    name: '@affinity/contracts',
    version,
    description: 'gRPC contracts of Affinity and a client that is ready to use',
    license: 'Apache-2.0',
    main: './index.js',
    types: './types/index.d.ts',
    exports: { '.': { types: './types/index.d.ts', default: './index.js' } },
    engines: { node: '>=20' },
    dependencies: Object.fromEntries(runtime),
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(target, 'THIRD_PARTY_LICENSES.txt'), licencesOf(root, bundled));
  cpSync(join(root, 'clients/node/README.md'), join(target, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
}

/** Our modules do nothing when they are loaded, so what is not called needs not be in the bundle. */
const pure = {
  name: 'pure',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /.*/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'resolved') return undefined;
      const found = await resolve(path, { ...options, pluginData: 'resolved' });
      return { ...found, sideEffects: false };
    });
  },
};

async function bundle(root, target) {
  const { metafile } = await build({
    stdin: {
      contents: `${publicExports(root, './libs/contracts/src/generated')}export * from './clients/node/src/client';\n`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: join(target, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['@affinity/source'],
    external: ['@grpc/grpc-js', '@bufbuild/protobuf'],
    plugins: [pure],
    metafile: true,
    logLevel: 'warning',
  });
  const [output] = Object.values(metafile.outputs);
  return Object.keys(output.inputs).filter((path) => output.inputs[path].bytesInOutput > 0);
}

function copyDeclarations(root, target) {
  const emitted = (path) => join(root, 'dist/types', path);
  const generated = 'libs/contracts/src/generated';
  for (const area of publicPackages)
    copyTypes(emitted(`${generated}/affinity/${area}`), join(target, 'generated/affinity', area));
  copyTypes(emitted(`${generated}/google`), join(target, 'generated/google'));
  copyTypes(emitted('clients/node/src'), join(target, 'client'));
  const errors = readFileSync(emitted('libs/service-kit/src/errors.d.ts'), 'utf8');
  writeFileSync(join(target, 'errors.d.ts'), errors);
  writeFileSync(join(target, 'contracts.d.ts'), publicExports(root, './generated'));
  writeFileSync(join(target, 'index.d.ts'), "export * from './contracts';\nexport * from './client/client';\n");
}

/** Our libraries are not packages of their own out there. */
function copyTypes(from, to) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const source = join(entry.parentPath, entry.name);
    const copy = join(to, source.slice(from.length));
    mkdirSync(dirname(copy), { recursive: true });
    const text = readFileSync(source, 'utf8');
    const local = text.replaceAll("'@affinity/contracts'", "'../contracts'");
    writeFileSync(copy, local.replaceAll("'@affinity/service-kit'", "'../errors'"));
  }
}

function licencesOf(root, bundledPaths) {
  const packagePath = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
  const folders = new Set(bundledPaths.flatMap((path) => packagePath.exec(path)?.[1] ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = readJson(join(root, folder, 'package.json'));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8')}`;
  });
  return `Parts of other packages are contained in index.js.\n\n${texts.join('\n----\n\n')}\n`;
}
