import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the workspace. */
export const root = join(__dirname, '../../../..');

/** How a run of the demo's program ended. */
export interface DemoRun {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs the demo's program as its own process, as `make demo` and `make pipeline` do. */
export async function runDemo(args: readonly string[], timeoutMs = 240_000): Promise<DemoRun> {
  await run(process.execPath, ['tools/bundle.mjs', 'demo'], { cwd: root });
  try {
    const { stdout } = await run(process.execPath, ['dist/apps/demo/main.cjs', ...args], {
      cwd: root,
      timeout: timeoutMs,
    });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    return { exitCode: typeof code === 'number' ? code : -1, output: stdout + stderr };
  }
}

/** The ports of all processes in the table that a run prints. */
export function portsIn(output: string): readonly number[] {
  return [...output.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

/** Whether anybody listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
