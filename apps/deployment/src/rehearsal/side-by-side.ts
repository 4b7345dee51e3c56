import { setTimeout as pause } from 'node:timers/promises';
import type { Compose, RunningContainer } from './compose';

/** Which metric of a service grows with the work that it gets while traffic flows; others get none that they would count. */
const workMetrics: Readonly<Record<string, string>> = {
  'feature-store': 'affinity_grpc_server_calls_total',
  ingest: 'affinity_grpc_server_calls_total',
  'profile-aggregator': 'affinity_aggregator_messages_total',
};
const pollMs = 500;
const patienceMs = 60_000;
const printMetrics =
  "fetch('http://127.0.0.1:9464/metrics').then((answer) => answer.text()).then((text) => process.stdout.write(text))";

interface Replica {
  readonly version: string;
  readonly work: number;
}

/**
 * Waits until every replica of a service has worked since the first look at it, and says how much each did. Rejects when one
 * has not within a minute, or when all are of one version.
 */
export async function untilBothWork(compose: Compose, containers: readonly RunningContainer[]): Promise<string> {
  const before = await lookAtAll(compose, containers);
  const versions = new Set(before.map(({ version }) => version));
  const service = containers[0]?.service ?? '';
  if (versions.size !== 2) throw new Error(`${service} runs in the versions ${[...versions].join(', ')}, not in two`);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const now = await lookAtAll(compose, containers);
    const done = now.map(({ version, work }, i) => ({ version, work: work - (before[i]?.work ?? 0) }));
    const words = done.map(({ version, work }) => `${version} did ${work}`).join(', ');
    if (!(service in workMetrics) || done.every(({ work }) => work > 0)) return words;
    if (performance.now() > deadline) throw new Error(`${service}: not all work: ${words}`);
    await pause(pollMs);
  }
}

function lookAtAll(compose: Compose, containers: readonly RunningContainer[]): Promise<readonly Replica[]> {
  return Promise.all(containers.map((container) => lookAt(compose, container)));
}

async function lookAt(compose: Compose, { id, service }: RunningContainer): Promise<Replica> {
  const text = await compose.docker(['exec', id, 'node', '-e', printMetrics]);
  const version = /^affinity_build_info\{[^}]*version="([^"]+)"/m.exec(text)?.[1] ?? 'unknown';
  const name = workMetrics[service];
  const lines = name === undefined ? [] : text.split('\n').filter((line) => isWork(line, name));
  return { version, work: lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0) };
}

/** Health checks are calls too, but nobody's work. */
function isWork(line: string, name: string): boolean {
  return line.startsWith(`${name}{`) && !line.includes('grpc.health');
}
