import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TrafficCounts } from '../traffic/traffic';
import type { Compose } from './compose';

/** Which part of the data, and how fast. */
export interface TrafficContainerOptions {
  /** Folder of the generated marketplace. */
  readonly folder: string;
  /** Index of the first interaction to publish. */
  readonly from: number;
  readonly events: number;
  readonly rate: number;
  readonly readsPerSecond: number;
}

const image = 'node:24-bookworm-slim';

/** Traffic from a container in the project's own network, which finds services by name, as other services do. */
export class TrafficContainer {
  private latest: TrafficCounts = { acknowledged: 0, retries: 0, reads: 0, failedReads: 0, failures: [] };
  private errors = '';

  private constructor(private readonly child: ChildProcess) {
    const lines = child.stdout === null ? undefined : createInterface(child.stdout);
    lines?.on('line', (line) => (this.latest = JSON.parse(line) as TrafficCounts));
    child.stderr?.on('data', (part: Buffer) => (this.errors += part.toString()));
  }

  /** Starts it; the workspace must be the current folder. */
  static start(
    { project }: Compose,
    options: TrafficContainerOptions,
    env: Readonly<Record<string, string | undefined>>,
  ): TrafficContainer {
    const mounts = ['-v', `${process.cwd()}:/workspace:ro`, '-v', `${options.folder}:/data:ro`];
    const flags = ['from', 'events', 'rate'] as const;
    const child = spawn(
      'docker',
      [
        ...['run', '--rm', '--init', '--network', `${project}_default`, ...mounts, '--workdir', '/workspace', image],
        ...['node', 'dist/apps/deployment/main.cjs', 'traffic', '--data', '/data'],
        ...['--ingest', 'dns:///ingest:7001', '--feature-store', 'dns:///feature-store:7002'],
        ...flags.flatMap((flag) => [`--${flag}`, String(options[flag])]),
        ...['--reads', String(options.readsPerSecond)],
      ],
      { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new TrafficContainer(child);
  }

  /** What came of it so far. */
  get counts(): TrafficCounts {
    return this.latest;
  }

  /** Resolves with the counts when all is published. Rejects, with what it printed, when it failed. */
  async finished(): Promise<TrafficCounts> {
    if (this.child.exitCode === null) await once(this.child, 'close');
    if (this.child.exitCode !== 0) throw new Error(`traffic failed: ${this.errors.slice(-2_000)}`);
    return this.latest;
  }

  /** Ends it after the batch at hand. */
  stop(): Promise<TrafficCounts> {
    this.child.kill('SIGTERM');
    return this.finished();
  }
}
