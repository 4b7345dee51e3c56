import { type ChildProcess, spawn } from 'node:child_process';
import { type OrphanGuard, guardProcessGroup } from './orphan-guard';
import { OutputBuffer } from './output-buffer';

/** Kept of a process' output; enough for the last few thousand log lines. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** What to run. */
export interface ChildSpec {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment but PATH, HOME, LANG, TZ and TMPDIR, which come from this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Told each line of standard output. */
  readonly onLine?: (line: string) => void;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that was started, and dies with this one. */
export interface RunningChild {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  /** Standard output and error together. */
  readonly output: OutputBuffer;
  hasExited(): boolean;
  /** Does nothing once the process has ended. */
  signal(signal: NodeJS.Signals): void;
}

/** Starts a process in a group of its own. Rejects when it cannot be started. */
export async function spawnChild(spec: ChildSpec): Promise<RunningChild> {
  const child = spawn(spec.command, spec.args, {
    env: { ...inheritedEnvironment(), ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // its own group: a terminal's Ctrl-C reaches only this process, which then stops it in order
  });
  const output = captureOutput(child, spec);
  const pid = await spawned(child, spec);
  const orphanGuard = guardProcessGroup(pid);
  let ended = false;
  const exited = onceExited(child, orphanGuard).finally(() => (ended = true));
  return {
    pid,
    exited,
    output,
    hasExited: () => ended,
    signal: (signal) => {
      if (!ended) child.kill(signal);
    },
  };
}

function captureOutput(child: ChildProcess, spec: ChildSpec): OutputBuffer {
  const output = new OutputBuffer(MAX_OUTPUT_BYTES);
  const lines = new OutputBuffer(MAX_OUTPUT_BYTES, spec.onLine);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.add(text);
    lines.add(text);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.add(text));
  return output;
}

function spawned(child: ChildProcess, spec: ChildSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot start ${spec.name}: ${error.message}`, { cause: error })));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

function onceExited(child: ChildProcess, orphanGuard: OrphanGuard): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', () => orphanGuard.release());
    // Not on exit: its last words may still be in the pipe then.
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
