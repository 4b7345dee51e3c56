import { appBundle } from '@affinity/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How commands are run. */
export interface CommandOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Told each line of what a command says on the way. */
  readonly onProgress: (line: string) => void;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/** Runs a command of the `affinity` command line. Resolves with what it printed; rejects when it fails. */
export async function runAffinity(args: readonly string[], options: CommandOptions): Promise<string> {
  const { environment, onProgress, signal } = options;
  const child = spawn(process.execPath, ['--enable-source-maps', await appBundle('pipelines'), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  createInterface({ input: child.stderr }).on('line', onProgress);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return printed.trim();
  throw new Error(`affinity ${args.join(' ')} ended with ${code ?? 'a signal'}: ${printed.trim()}`);
}
