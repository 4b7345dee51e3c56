import type { Container, Probe, Workload } from './document';
import type { ResolvedPod } from './pod-files';
import { listeningHosts, listeningPorts } from './service-arrows';
import type { AnyConfig } from './service-settings-catalog';

/** A container with what its service makes of it. */
export interface LoadedContainer {
  readonly container: Container;
  readonly given: ResolvedPod;
  readonly config: AnyConfig;
}

/** Endpoints of the operations server, by what they are for. */
const operationsPaths = new Set(['/readyz', '/healthz']);
const everywhere = '0.0.0.0';

/** What of a container does not fit the settings that its service loads. */
export function containerProblems(workload: Workload, loaded: LoadedContainer): readonly string[] {
  return [
    ...portProblems(workload, loaded),
    ...probeProblems(loaded),
    ...fileProblems(loaded),
    ...graceProblems(workload, loaded.config),
  ];
}

/** Jobs listen on nothing; everything else on the ports that its settings say, for everyone in the cluster. */
function portProblems({ kind }: Workload, { container, config }: LoadedContainer): readonly string[] {
  const isJob = kind === 'Job' || kind === 'CronJob';
  const expected = isJob ? {} : listeningPorts(config);
  const declared = Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));
  const problems = Object.entries(expected)
    // A stand-in need not show its metrics.
    .filter(([name]) => name !== 'metrics' || 'metrics' in declared || kind === 'Deployment')
    .filter(([name, port]) => declared[name] !== port)
    .map(([name, port]) => `port "${name}" must be ${port}, is ${declared[name] ?? 'not declared'}`);
  const surplus = Object.keys(declared).filter((name) => !(name in expected));
  const hosts = isJob ? [] : listeningHosts(config).filter((host) => host !== everywhere);
  return [
    ...problems,
    ...surplus.map((name) => `nothing listens on port "${name}"`),
    ...hosts.map((host) => `listens on ${String(host)}, where nobody can reach it`),
  ];
}

function probeProblems({ container, config }: LoadedContainer): readonly string[] {
  const { startupProbe, readinessProbe, livenessProbe, ports = [] } = container;
  const names = new Set(ports.map(({ name }) => name));
  const problemOf = (probe: Probe): string | undefined => {
    if (probe.grpc !== undefined) return probe.grpc.port === config['grpcPort'] ? undefined : `port ${probe.grpc.port}`;
    const path = probe.httpGet?.path;
    if (path !== undefined && !operationsPaths.has(path)) return `path ${path}`;
    const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
    return names.has(String(port)) ? undefined : `port "${String(port)}"`;
  };
  return [startupProbe, readinessProbe, livenessProbe].flatMap((probe) => {
    const wrong = probe === undefined ? undefined : problemOf(probe);
    return wrong === undefined ? [] : [`a probe asks for ${wrong}, which the service does not have`];
  });
}

/** Each file that is mounted is one that a setting names. The settings' loading finds the opposite. */
function fileProblems({ given }: LoadedContainer): readonly string[] {
  const named = new Set(Object.entries(given.env).flatMap(([name, value]) => (name.endsWith('_FILE') ? [value] : [])));
  const folders = new Set([...named].map((path) => path.slice(0, path.lastIndexOf('/'))));
  const unused = [...given.files.keys()].filter((path) => !folders.has(path.slice(0, path.lastIndexOf('/'))));
  return unused.map((path) => `nothing reads ${path}`);
}

function graceProblems({ template }: Workload, config: AnyConfig): readonly string[] {
  const graceMs = config['shutdownGraceMs'];
  if (typeof graceMs !== 'number') return [];
  const limitMs = (template.spec.terminationGracePeriodSeconds ?? 30) * 1_000;
  const unreadyMs = Number(config['shutdownUnreadyMs']);
  const problems: string[] = [];
  if (limitMs <= graceMs) problems.push(`is killed after ${limitMs} ms, but may drain for ${graceMs} ms`);
  if (unreadyMs >= graceMs) problems.push(`has no time left to drain after ${unreadyMs} ms of being unready`);
  return problems;
}
