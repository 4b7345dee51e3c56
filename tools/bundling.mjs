// How apps and benchmarks are bundled.
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Packages with native parts, and what only tests and local systems load when an engine answers: they stay outside. */
export const unbundled = ['testcontainers', '@duckdb/node-api'];

/** Packages that read .proto files from their own folders when they start. */
const protoReaders = /\/node_modules\/(@grpc\/reflection|grpc-health-check)\//;
const protoFolders = { '@grpc/reflection': 'build/proto', 'grpc-health-check': 'proto' };

/** Options of esbuild for bundles in the folder `outdir`, which is to be moved as a whole: some packages' files go with it. */
export function bundleOptions(root, outdir) {
  return {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['@affinity/source'],
    external: unbundled,
    loader: { '.sql': 'text' },
    sourcemap: true,
    logLevel: 'warning',
    plugins: [protoFiles(root, outdir)],
  };
}

/** Lets bundled packages find their .proto files in `packages/<name>` beside the bundle. */
function protoFiles(root, outdir) {
  return {
    name: 'proto-files',
    setup(build) {
      build.onLoad({ filter: new RegExp(`${protoReaders.source}.*\\.js$`) }, ({ path }) => {
        const name = protoReaders.exec(path)[1];
        const home = join(root, 'node_modules', name);
        const folder = join('packages', name, relative(home, dirname(path)));
        const protos = protoFolders[name];
        cpSync(join(home, protos), join(outdir, 'packages', name, protos), { recursive: true });
        const code = readFileSync(path, 'utf8');
        return { contents: code.replaceAll('__dirname', `(__dirname + ${JSON.stringify(`/${folder}`)})`) };
      });
    },
  };
}
