import { readFileSync } from 'node:fs';
import { readConfig } from './config';
import { startObjectStore } from './object-store-server';

const print = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(): Promise<void> {
  const config = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const server = await startObjectStore(config, {
    now: Date.now,
    onFault: (error, requestId) => print({ level: 'error', msg: 'fault', requestId, error: String(error) }),
  });
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1); // a second signal kills
    stopping = true;
    void server.stop({ graceMs: config.drainMs }).then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  print({ level: 'info', msg: 'listening', port: server.port });
}

main().catch((error: unknown) => {
  print({ level: 'error', msg: 'failed to start', error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
