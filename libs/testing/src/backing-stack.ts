import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BackingService, SERVICE_NAMES, type ServiceAddresses, type ServiceName } from './backing-service';
import { engineAnswers } from './containers/container-engine';
import { containerStarters } from './containers/container-starters';
import { freePort, isPortFree } from './free-port';
import { nativeStarters } from './native/native-starters';
import { guardFolder } from './orphan-guard';
import { type ServiceStarters } from './service-starters';
import { isTestStackRunning, testStack } from './test-stack';

/** A port can be taken between its choice and its use. */
const MAX_START_ATTEMPTS = 3;

/** How the servers run. */
export type StackMode = 'native' | 'containers';

/** What to start, and how. */
export interface BackingStackOptions<Name extends ServiceName = ServiceName> {
  /** Default: all. */
  readonly services?: readonly Name[];
  /**
   * Those of them that nobody is going to stop or pause: in a run of the integration tests they are the run's shared ones, which
   * are warm already. Use names of your own for what is in them. Default: none.
   */
  readonly shared?: readonly Name[];
  /** `auto` takes containers where an engine answers and native processes otherwise. Default: `auto`. */
  readonly mode?: StackMode | 'auto';
  /** Keeps all data across stacks. Default: a temporary folder, removed by `stop`, and DynamoDB in memory. */
  readonly dataDir?: string;
  /** Makes DynamoDB Local keep its data across its own restarts, at several times the cost of a write. Default: with `dataDir`. */
  readonly durable?: boolean;
  /** Ports on 127.0.0.1. Default: free ones. */
  readonly fixedPorts?: Partial<Readonly<Record<Name, number>>>;
  /** Told in one line of what takes long (fetching programs). Default: silent. */
  readonly report?: (line: string) => void;
}

/** Servers that run, and what can be done to them. */
export interface BackingStack<Name extends ServiceName = ServiceName> {
  readonly mode: StackMode;
  /** Where each server listens; plain data. */
  readonly addresses: Pick<ServiceAddresses, Name>;
  /** The faults of each server. */
  readonly services: Readonly<Record<Name, BackingService>>;
  /** Stops all servers and removes the temporary folder. Once only. */
  stop(): Promise<void>;
}

/**
 * Starts real servers, each on its own port. They die with this process, however it ends.
 * Rejects, leaving nothing behind, when one does not start, and with what to install when a program is missing.
 */
export async function startBackingStack<Name extends ServiceName = ServiceName>(
  options: BackingStackOptions<Name> = {},
): Promise<BackingStack<Name>> {
  const all = options.services ?? (SERVICE_NAMES as readonly ServiceName[] as readonly Name[]);
  const shared = all.flatMap((name) => (options.shared?.includes(name) === true ? sharedService(name) : []));
  const names = all.filter((name) => !shared.some((service) => service.name === name));
  const mode = await chooseMode(options.mode ?? 'auto');
  const starters =
    mode === 'containers' ? containerStarters() : await nativeStarters(names, options.report ?? (() => undefined));
  const folder = await openDataFolder(options.dataDir);
  const durable = options.durable ?? options.dataDir !== undefined;
  const plan = { starters, folder: folder.path, durable, fixedPorts: options.fixedPorts ?? {} };
  const results = await Promise.allSettled(names.map((name) => startService(name, plan)));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ service }) => service.stop()));
    await folder.remove();
  };
  const failure = results.find((result) => result.status === 'rejected');
  if (!failure) return { mode, stop, ...byName([...shared, ...started]) };
  await stop();
  throw failure.reason;
}

function byName<Name extends ServiceName>(started: readonly NamedService<Name>[]) {
  const addresses: unknown = Object.fromEntries(started.map(({ name, address }) => [name, address]));
  const services = Object.fromEntries(started.map(({ name, service }) => [name, service]));
  return { addresses: addresses as Pick<ServiceAddresses, Name>, services: services as Record<Name, BackingService> };
}

/** A server of the shared stack; none outside a run of the integration tests. */
function sharedService<Name extends ServiceName>(name: Name): NamedService<Name>[] {
  if (!isTestStackRunning()) return [];
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`${name} is shared with other tests: start one of your own`));
  const service = { kill: refuse, pause: refuse, resume: refuse, restart: refuse, stop: refuse };
  return [{ name, service, address: testStack()[name] }];
}

async function chooseMode(mode: StackMode | 'auto'): Promise<StackMode> {
  if (mode !== 'auto') return mode;
  return (await engineAnswers()) ? 'containers' : 'native';
}

interface StartPlan {
  readonly starters: ServiceStarters;
  readonly folder: string;
  readonly durable: boolean;
  readonly fixedPorts: Partial<Readonly<Record<ServiceName, number>>>;
}

interface NamedService<Name extends ServiceName> {
  readonly name: Name;
  readonly service: BackingService;
  readonly address: ServiceAddresses[ServiceName];
}

async function startService<Name extends ServiceName>(name: Name, plan: StartPlan): Promise<NamedService<Name>> {
  const { starters, folder, durable, fixedPorts } = plan;
  const dataDir = join(folder, name);
  await mkdir(dataDir, { recursive: true });
  const fixedPort = fixedPorts[name];
  // Otherwise the readiness probe would be answered by whoever has the port.
  if (fixedPort !== undefined && !(await isPortFree(fixedPort))) {
    throw new Error(`port ${fixedPort} for ${name} is in use: is a stack running already?`);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const port = fixedPort ?? (await freePort());
      return { name, ...(await starters[name]({ port, dataDir, durable })) };
    } catch (error) {
      if (fixedPort !== undefined || attempt === MAX_START_ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}

/** Every server has its own words for it. */
function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address already in use|EADDRINUSE|port is already allocated/i.test(error.message);
}

async function openDataFolder(dataDir: string | undefined): Promise<{ path: string; remove: () => Promise<void> }> {
  if (dataDir !== undefined) return { path: resolve(dataDir), remove: () => Promise.resolve() };
  const path = await mkdtemp(join(tmpdir(), 'affinity-stack-'));
  const orphanGuard = guardFolder(path);
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true });
    orphanGuard.release();
  };
  return { path, remove };
}
