import { until, type ServiceProcess } from '@affinity/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a service's memory holds, in bytes. */
export interface MemoryReading {
  /** JavaScript heap right after a full garbage collection. */
  readonly heapBytes: number;
  /** Resident set. */
  readonly residentBytes: number;
}

const message = 'memory after collection';
const answerMs = 30_000;

/** Loaded into each service before anything else: on SIGUSR2 it collects garbage and says what is left. */
const preload = `
require('node:v8').setFlagsFromString('--expose-gc');
const collect = require('node:vm').runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed: heapBytes, rss: residentBytes } = process.memoryUsage();
  process.stdout.write('\\n' + JSON.stringify({ msg: '${message}', at: Date.now(), heapBytes, residentBytes }) + '\\n');
});
`;

/** Writes that script to a folder. Returns the options of Node that load it. */
export async function memoryProbeOptions(folder: string): Promise<string> {
  const path = join(folder, 'memory-probe.cjs');
  await writeFile(path, preload);
  return `--require ${JSON.stringify(path)}`;
}

/** Asks a service that was started with those options. Rejects when it does not answer. */
export async function readMemory(service: ServiceProcess): Promise<MemoryReading> {
  const askedAt = Date.now();
  process.kill(service.pid, 'SIGUSR2');
  let found: MemoryReading | undefined;
  await until(
    () => (found = newestReading(service.logs(), askedAt)) !== undefined,
    answerMs,
    'a service to collect garbage',
  );
  if (found === undefined) throw new Error('no reading');
  return found;
}

function newestReading(logs: string, since: number): MemoryReading | undefined {
  const line = logs.split('\n').findLast((text) => text.startsWith('{') && text.includes(message));
  if (line === undefined) return undefined;
  const { at, heapBytes, residentBytes } = JSON.parse(line) as MemoryReading & { readonly at: number };
  return at >= since ? { heapBytes, residentBytes } : undefined;
}
