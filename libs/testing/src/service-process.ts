import { type ProcessExit } from './child-process';
import { ManagedProcess } from './managed-process';
import { appBundle } from './workspace';

/** Which of an app's processes to start. */
export interface ServiceProcessOptions {
  /** The folder's name below apps. */
  readonly app: string;
  /** Its whole configuration. PATH, HOME, LANG, TZ and TMPDIR are added. */
  readonly env: Readonly<Record<string, string>>;
  /** Command-line arguments. Default: none. */
  readonly args?: readonly string[];
  /** The `msg` of the log line that says it is ready. Default: `ready`. */
  readonly readyMessage?: string;
  /** Default: 30,000. */
  readonly readyTimeoutMs?: number;
  /** The script to run. Default: the app's bundle, built if it is missing or older than the sources. */
  readonly script?: string;
}

/**
 * Starts an app and waits for its ready line, a JSON object on standard output. It dies with this process.
 * Rejects, with its last output, when it ends or takes too long before it is ready.
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { app, env, args = [], readyMessage = 'ready', readyTimeoutMs = 30_000 } = options;
  const script = options.script ?? (await appBundle(app));
  const readyLine = new ReadyLine(readyMessage);
  const child = await ManagedProcess.start({
    name: app,
    command: process.execPath,
    // No source maps: they hold 60 MB, and the first error's stack would keep a service busy for up to a second.
    args: [script, ...args],
    env,
    readyTimeoutMs,
    isReady: () => readyLine.found !== undefined,
    onLine: (line) => readyLine.look(line),
  });
  return new ServiceProcess(app, child, readyLine);
}

/** A service as a process of its own. */
export class ServiceProcess {
  /** Use {@link startServiceProcess}. */
  constructor(
    private readonly app: string,
    private readonly child: ManagedProcess,
    private readonly readyLine: ReadyLine,
  ) {}

  get pid(): number {
    return this.child.pid;
  }

  /** The log line that said it is ready, with the ports that the service bound; the newest after a restart. */
  get ready(): Readonly<Record<string, unknown>> {
    return this.readyLine.found ?? {};
  }

  /** Settles when the process that runs now has ended. */
  get exited(): Promise<ProcessExit> {
    return this.child.exited;
  }

  /** A port from the ready line. Throws when the line has none of that name. */
  port(name: string): number {
    const port = this.ready[name];
    if (typeof port === 'number') return port;
    throw new Error(`${this.app} told no ${name}: it said ${JSON.stringify(this.ready)}`);
  }

  /** The newest output, at most 1 MiB. */
  logs(): string {
    return this.child.logs();
  }

  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. */
  stop(graceMs = 10_000): Promise<ProcessExit> {
    return this.child.stop(graceMs);
  }

  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<ProcessExit> {
    return this.child.kill();
  }

  /** SIGSTOP. */
  pause(): void {
    this.child.pause();
  }

  /** SIGCONT. */
  resume(): void {
    this.child.resume();
  }

  /** Starts it again with the same configuration, stopping it first if it runs; resolves when it is ready. */
  async restart(): Promise<void> {
    await this.child.stop(10_000);
    this.readyLine.found = undefined;
    await this.child.restart();
  }
}

/** Looks for the line that says a service is ready. */
class ReadyLine {
  found: Readonly<Record<string, unknown>> | undefined;

  constructor(private readonly message: string) {}

  look(line: string): void {
    const parsed = this.found ? undefined : parseLine(line);
    if (parsed?.['msg'] === this.message) this.found = parsed;
  }
}

function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
