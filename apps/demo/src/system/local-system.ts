import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  startBackingStack,
  startServiceProcess,
  type BackingStack,
  type ServiceName,
  type ServiceProcess,
} from '@affinity/testing';
import { createLakeBucket } from './lake-bucket';
import { environmentOf } from './service-environment';
import { allApps, startOrder, type SystemApp } from './system-apps';

/** What a local system is started with. */
export interface LocalSystemOptions {
  /** The text of the deployment's schema file. */
  readonly schemaText: string;
  /** A folder of the system's own, for its schema file and what services keep; made where it is missing. */
  readonly folder: string;
  /** Keep the data of the servers in that folder as well. Default: they forget it. */
  readonly keepsData?: boolean;
  /** Default: all. */
  readonly apps?: readonly SystemApp[];
  /** Default: free ones. */
  readonly ports?: SystemPorts;
  /** How long the lake sink gathers events for an object, in milliseconds. */
  readonly lakeFlushMs: number;
  /** What the gateway tells of what it shows. Default: nothing. */
  readonly showing?: ShowingOptions;
  /** Options of Node for every service. */
  readonly nodeOptions?: string;
  /** Settings of services beside those that they need. */
  readonly settings?: Partial<Readonly<Record<SystemApp, Readonly<Record<string, string>>>>>;
  /** Told in one line of what takes long. */
  readonly report: (line: string) => void;
  /** Told when a service ends that nobody stopped, with its last output. */
  readonly onCrash: (app: SystemApp, output: string) => void;
}

/** What a gateway tells of what it shows. */
export interface ShowingOptions {
  /** Event type of impressions; the schema has it with weight 0 and without an item. */
  readonly eventType: string;
  /** The text of the running experiment's file. */
  readonly experimentText: string;
}

/** Fixed ports on 127.0.0.1. */
export interface SystemPorts {
  readonly servers: Readonly<Record<ServiceName, number>>;
  readonly apps: Partial<Readonly<Record<SystemApp, number>>>;
}

/** A whole system on this machine: real servers, and each service as a process of its own. All die with this process. */
export interface LocalSystem {
  readonly backing: BackingStack;
  readonly apps: readonly SystemApp[];
  /** Where a service answers gRPC or HTTP, as `host:port`; undefined for those that answer neither. */
  addressOf(app: SystemApp): string | undefined;
  /** The process of a service. Throws when it is not part of the system. */
  process(app: SystemApp): ServiceProcess;
  /** Ends a service without warning (SIGKILL) and starts it again; resolves when it is ready. */
  crash(app: SystemApp): Promise<void>;
  /** Stops everything, services first. Once only. */
  stop(): Promise<void>;
}

/** Characters of a crashed service's output that are told. */
const shownOutput = 3_000;

/** Starts a system. Rejects, leaving nothing behind, when a part of it does not start. */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { folder, keepsData = false, ports, report } = options;
  await mkdir(folder, { recursive: true });
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, options.schemaText);
  const experimentFile = join(folder, 'experiment.yaml');
  if (options.showing !== undefined) await writeFile(experimentFile, options.showing.experimentText);
  const backing = await startBackingStack({
    report,
    ...(keepsData ? { dataDir: join(folder, 'servers') } : {}),
    ...(ports === undefined ? {} : { fixedPorts: ports.servers }),
  });
  const system = new RunningSystem(options, backing, { schemaFile, experimentFile });
  try {
    await createLakeBucket(backing.addresses.objectStore);
    await system.start();
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

class RunningSystem implements LocalSystem {
  readonly apps: readonly SystemApp[];
  private readonly processes = new Map<SystemApp, ServiceProcess>();
  /** Services whose end is no crash. */
  private readonly ending = new Set<SystemApp>();

  constructor(
    private readonly options: LocalSystemOptions,
    readonly backing: BackingStack,
    private readonly files: { readonly schemaFile: string; readonly experimentFile: string },
  ) {
    this.apps = options.apps ?? allApps;
  }

  async start(): Promise<void> {
    for (const row of startOrder) {
      await Promise.all(row.filter((app) => this.apps.includes(app)).map((app) => this.startApp(app)));
    }
  }

  addressOf(app: SystemApp): string | undefined {
    const ready = this.processes.get(app)?.ready;
    const port = ready?.['grpcPort'] ?? ready?.['httpPort'];
    return typeof port === 'number' ? `127.0.0.1:${port}` : undefined;
  }

  process(app: SystemApp): ServiceProcess {
    const process = this.processes.get(app);
    if (process === undefined) throw new Error(`${app} is not part of this system`);
    return process;
  }

  async crash(app: SystemApp): Promise<void> {
    const process = this.process(app);
    this.ending.add(app);
    await process.kill();
    await process.restart();
    this.ending.delete(app);
    this.watch(app, process);
  }

  async stop(): Promise<void> {
    for (const row of [...startOrder].reverse()) {
      await Promise.all(row.map((app) => this.stopApp(app)));
    }
    await this.backing.stop();
  }

  private async startApp(app: SystemApp): Promise<void> {
    const dataFolder = join(this.options.folder, app);
    const { showing } = this.options;
    const { schemaFile, experimentFile } = this.files;
    const env = environmentOf(app, {
      backing: this.backing.addresses,
      schemaFile,
      ...(showing === undefined ? {} : { showing: { eventType: showing.eventType, experimentFile } }),
      dataFolder,
      lakeFlushMs: this.options.lakeFlushMs,
      addressOf: (other) => this.addressOf(other) ?? `127.0.0.1:${this.portOf(other)}`,
      port: this.portOf(app),
    });
    const { nodeOptions, settings } = this.options;
    const more = { ...settings?.[app], ...(nodeOptions === undefined ? {} : { NODE_OPTIONS: nodeOptions }) };
    const process = await startServiceProcess({ app, env: { ...env, ...more } });
    this.processes.set(app, process);
    this.watch(app, process);
  }

  private portOf(app: SystemApp): number {
    return this.options.ports?.apps[app] ?? 0;
  }

  private watch(app: SystemApp, process: ServiceProcess): void {
    void process.exited.then(() => {
      if (!this.ending.has(app)) this.options.onCrash(app, process.logs().trim().slice(-shownOutput));
    });
  }

  private async stopApp(app: SystemApp): Promise<void> {
    this.ending.add(app);
    await this.processes.get(app)?.stop();
  }
}
