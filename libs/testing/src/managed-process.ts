import { type ChildSpec, type ProcessExit, type RunningChild, spawnChild } from './child-process';
import { until } from './until';

/** How much of a process' output an error message shows. */
const SHOWN_OUTPUT_CHARS = 4000;

/** What to run, and how to know that it is ready. */
export interface ProcessSpec extends ChildSpec {
  /** Whether the process, which is running, is ready; asked again and again. Throwing counts as "not yet". */
  readonly isReady: () => Promise<boolean> | boolean;
  /** Default: 60,000. */
  readonly readyTimeoutMs?: number;
}

/**
 * A child process that can be stopped, killed, paused and started again, and that dies with this process.
 * States: running (paused or not) -> exited -> running, by `restart`.
 */
export class ManagedProcess {
  private paused = false;

  private constructor(
    private readonly spec: ProcessSpec,
    private current: RunningChild,
  ) {}

  /** Starts the process and waits until it is ready. Rejects, with its last output, when it exits first or takes too long. */
  static async start(spec: ProcessSpec): Promise<ManagedProcess> {
    return new ManagedProcess(spec, await startChild(spec));
  }

  get pid(): number {
    return this.current.pid;
  }

  /** Settles when the process that is running now has ended. */
  get exited(): Promise<ProcessExit> {
    return this.current.exited;
  }

  /** The newest output, standard output and error together. */
  logs(): string {
    return this.current.output.text();
  }

  /** SIGTERM, and after `graceMs` SIGKILL; resolves when the process is gone. Resumes a paused process first. */
  async stop(graceMs: number): Promise<ProcessExit> {
    this.resume();
    this.current.signal('SIGTERM');
    const timer = setTimeout(() => this.current.signal('SIGKILL'), graceMs);
    const exit = await this.current.exited;
    clearTimeout(timer);
    return exit;
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<ProcessExit> {
    this.current.signal('SIGKILL');
    this.paused = false;
    return this.current.exited;
  }

  /** SIGSTOP: the process keeps its connections and answers nothing. */
  pause(): void {
    this.paused = true;
    this.current.signal('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    if (this.paused) this.current.signal('SIGCONT');
    this.paused = false;
  }

  /** Starts the same process again, stopping it first if it runs; resolves when it is ready. */
  async restart(graceMs = 10_000): Promise<void> {
    if (!this.current.hasExited()) await this.stop(graceMs);
    this.current = await startChild(this.spec);
  }
}

async function startChild(spec: ProcessSpec): Promise<RunningChild> {
  const child = await spawnChild(spec);
  const timeoutMs = spec.readyTimeoutMs ?? 60_000;
  try {
    await until(() => child.hasExited() || spec.isReady(), timeoutMs, `${spec.name} to be ready`);
  } catch (error) {
    child.signal('SIGKILL');
    throw new Error(`${(error as Error).message}\n${lastOutput(child)}`, { cause: error });
  }
  if (!child.hasExited()) return child;
  const { code, signal } = await child.exited;
  throw new Error(`${spec.name} ended before it was ready (${signal ?? `code ${String(code)}`})\n${lastOutput(child)}`);
}

function lastOutput(child: RunningChild): string {
  const text = child.output.text().trim().slice(-SHOWN_OUTPUT_CHARS);
  return text === '' ? 'It printed nothing.' : `Its last output:\n${text}`;
}
