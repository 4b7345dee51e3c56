// Builds the container images of the services from their bundles. Each gets a context of its own in dist/images: the bundle,
// the few packages that cannot be bundled, the health probe. The same sources and SOURCE_DATE_EPOCH give the same layers.
import { transformSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { externalPackages } from './external-packages.mjs';

const root = join(import.meta.dirname, '..');
const images = JSON.parse(readFileSync(join(root, 'deploy/images/images.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const baseImage = 'node:24-bookworm-slim';
/** What an image may have over its base. */
const maxMegabytes = 60;
const help = `Usage: node tools/build-images.mjs [options] [service ...]

Builds affinity/<service>:<tag>, all services unless some are named. Needs their bundles (make build).

Options:
  --tag <tag>    tag of the images (default: local)
  --stage-only   only prepare the contexts in dist/images, which docker compose builds from
  --dry-run      print the commands, write nothing
  --help         this

Environment: SOURCE_DATE_EPOCH  seconds that all files are dated at (default: the time of the last commit)`;

const { values: options, positionals } = readArguments();
const services = positionals.length === 0 ? Object.keys(images) : positionals;
const unknown = services.filter((service) => !(service in images));
if (unknown.length > 0) exitWith(2, `images: no such service: ${unknown.join(', ')}`);

const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct') ?? 0);
const revision = git('rev-parse', 'HEAD') ?? 'unknown';
for (const service of services) {
  if (!options['dry-run']) stage(service);
  if (!options['stage-only']) build(service);
}

function readArguments() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        tag: { type: 'string', default: 'local' },
        'stage-only': { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (parsed.values.help) exitWith(0, help);
    return parsed;
  } catch (error) {
    return exitWith(2, `images: ${error.message}\n\n${help}`);
  }
}

function stage(service) {
  const bundle = join(root, 'dist/apps', service, 'main.cjs');
  if (!existsSync(bundle)) exitWith(1, `images: ${service} is not bundled: run "make build" first`);
  const context = contextOf(service);
  const app = join(context, 'root/app');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  mkdirSync(join(context, 'root/data'));
  writeFileSync(join(app, 'main.cjs'), compact(readFileSync(bundle, 'utf8')));
  cpSync(join(root, 'deploy/images/health-probe.cjs'), join(app, 'health-probe.cjs'));
  const files = join(root, 'dist/apps', service, 'packages');
  if (existsSync(files)) cpSync(files, join(app, 'packages'), { recursive: true });
  for (const { from, to } of externalPackages(root, bundle))
    cpSync(from, join(app, to), { recursive: true, filter: isNeeded });
  stripLibraries(app);
  archive(context);
}

/** A third smaller by spaces and comments alone: names stay, and lines stay short enough for a stack trace to point to. */
function compact(text) {
  return transformSync(text, { minifyWhitespace: true, legalComments: 'eof', lineLimit: 200, platform: 'node' }).code;
}

/** Sources, types and maps of packages are of no use at run time, nor are copies for browsers and command lines. */
function isNeeded(path) {
  return (
    !/\.([cm]?ts|map|md|tsbuildinfo)$/i.test(path) &&
    !/\/node_modules\/.*\/node_modules$/.test(path) &&
    !/\/(protobufjs\/dist|umd|build\/bin)$/.test(path)
  );
}

/** Removes what only a debugger reads: the names of functions that nobody outside of a library can call. */
function stripLibraries(app) {
  const libraries = readdirSync(app, { recursive: true }).filter((path) => /\.(so|node)$/.test(path));
  for (const library of libraries) {
    const { error } = spawnSync('strip', ['--version'], { stdio: 'ignore' });
    if (error !== undefined) exitWith(1, `images: "strip" is needed for ${library}: install binutils`);
    run('strip', ['--strip-unneeded', join(app, library)]);
  }
}

/** Sorted, dated and owned the same whoever builds: GNU tar. */
function archive(context) {
  const add = (folder, owner, operation) =>
    run('tar', [
      operation,
      ...['--file', join(context, 'root.tar'), '--directory', join(context, 'root'), '--format=gnu'],
      ...['--sort=name', `--mtime=@${epoch}`, '--numeric-owner', `--owner=${owner}`, `--group=${owner}`],
      ...['--mode=u+rwX,go+rX,go-w', folder],
    ]);
  add('app', 0, '--create');
  add('data', 1000, '--append');
  rmSync(join(context, 'root'), { recursive: true });
}

function build(service) {
  const { healthTarget, nodeOptions } = images[service];
  const buildArguments = {
    SERVICE: service,
    VERSION: `${version}+${options.tag}`,
    REVISION: revision,
    CREATED: new Date(epoch * 1_000).toISOString(),
    ...(healthTarget === undefined ? {} : { HEALTH_TARGET: healthTarget }),
    ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }),
  };
  const command = ['build', '--quiet', '--file', join(root, 'deploy/images/Dockerfile'), '--tag', imageOf(service)];
  for (const [name, value] of Object.entries(buildArguments)) command.push('--build-arg', `${name}=${value}`);
  command.push(contextOf(service));
  if (options['dry-run']) return console.log(['docker', ...command].join(' '));
  run('docker', command);
  const megabytes = (sizeOf(imageOf(service)) - sizeOf(baseImage)) / 1e6;
  console.log(`images: ${imageOf(service)}, ${megabytes.toFixed(0)} MB over its base`);
  if (megabytes > maxMegabytes) exitWith(1, `images: ${service} may have ${maxMegabytes} MB over its base`);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    exitWith(1, `images: "${command} ${args[0]}" failed${error === undefined ? '' : `: ${error.message}`}`);
}

function contextOf(service) {
  return join(root, 'dist/images', service);
}

function imageOf(service) {
  return `affinity/${service}:${options.tag}`;
}

function sizeOf(image) {
  const { stdout } = spawnSync('docker', ['image', 'inspect', '--format', '{{.Size}}', image], { encoding: 'utf8' });
  return Number(stdout);
}

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function exitWith(code, text) {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
