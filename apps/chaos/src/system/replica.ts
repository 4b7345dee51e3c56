import { startServiceProcess, startTcpProxy, until, type ServiceProcess, type TcpFaultProxy } from '@affinity/testing';

/** Which app a replica runs, and how it tells what it works on. */
export interface ReplicaKind {
  /** The folder's name below apps. */
  readonly app: string;
  /** What reports call it, before its number. */
  readonly title: string;
  /** The gauge that counts the parts (partitions or shards) whose leases it holds. */
  readonly partsMetric: string;
}

/** Where a replica reaches NATS, and its settings without that. */
export interface ReplicaOptions {
  readonly kind: ReplicaKind;
  readonly index: number;
  readonly natsUrl: string;
  readonly environment: (natsUrl: string) => Readonly<Record<string, string>>;
  /** Told when the replica ends that nobody killed, with its last output. */
  readonly onCrash: (what: string) => void;
}

type State = 'running' | 'hanging' | 'ending' | 'dead';

/** Longer than a service's own drain may take, so that only one that does not end is killed. */
const leaveTimeoutMs = 60_000;
const startTimeoutMs = 120_000;
const metricsTimeoutMs = 2_000;
const shownOutput = 3_000;

/** Starts a replica behind a proxy of its own to NATS. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { hostname: host, port } = new URL(options.natsUrl);
  const nats = await startTcpProxy({ target: { host, port: Number(port) } });
  const env = options.environment(`nats://127.0.0.1:${nats.port}`);
  return new Replica(options, nats, await startServiceProcess({ app: options.kind.app, env }));
}

/**
 * One replica of a service that shares parts by leases, whose process and network can be given faults.
 * States: running <-> hanging (SIGSTOP); running -> ending -> dead -> running, by `leave` or
 * `kill`, and `revive`.
 */
export class Replica {
  private state: State = 'running';

  /** Use {@link startReplica}. */
  constructor(
    private readonly options: ReplicaOptions,
    /** Between the replica and NATS. */
    readonly nats: TcpFaultProxy,
    private readonly process: ServiceProcess,
  ) {
    this.watch();
  }

  /** Its name in reports. */
  get name(): string {
    return `${this.options.kind.title} ${this.options.index}`;
  }

  /** Whether it is neither dead nor hanging. */
  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** The newest output of its process that runs, or ran last; at most 1 MiB. */
  logs(): string {
    return this.process.logs();
  }

  /** SIGTERM, as in a rolling update: it hands over what it works on. Resolves when it is gone. */
  async leave(): Promise<void> {
    this.state = 'ending';
    await this.process.stop(leaveTimeoutMs);
    this.state = 'dead';
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.state = 'ending';
    await this.process.kill();
    this.state = 'dead';
  }

  /** Starts it again, as often as it takes while what it needs is away, as a supervisor would. */
  async revive(): Promise<void> {
    const restarted = (): Promise<true> => this.process.restart().then(() => true);
    await until(restarted, startTimeoutMs, `${this.name} to start again`);
    this.state = 'running';
    this.watch();
  }

  /** SIGSTOP. */
  hang(): void {
    this.process.pause();
    this.state = 'hanging';
  }

  /** SIGCONT. */
  resume(): void {
    this.process.resume();
    this.state = 'running';
  }

  /** The partitions or shards that it works on, by its own metrics. Rejects when it does not answer. */
  async parts(): Promise<number> {
    const url = `http://127.0.0.1:${this.process.port('metricsPort')}/metrics`;
    const text = await (await fetch(url, { signal: AbortSignal.timeout(metricsTimeoutMs) })).text();
    const { partsMetric } = this.options.kind;
    const line = text.split('\n').find((one) => one.startsWith(`${partsMetric} `) || one.startsWith(`${partsMetric}{`));
    if (line === undefined) throw new Error(`${this.name} tells no ${partsMetric}`);
    return Number(line.slice(line.lastIndexOf(' ')));
  }

  /** Stops it in order, and its proxy. */
  async stop(): Promise<void> {
    this.state = 'ending';
    await this.process.stop();
    await this.nats.stop();
  }

  private watch(): void {
    void this.process.exited.then(({ code, signal }) => {
      if (this.state !== 'running') return;
      const output = this.process.logs().trim().slice(-shownOutput);
      this.options.onCrash(`${this.name} ended by itself (${signal ?? String(code)}). Its last output:\n${output}`);
    });
  }
}
