import { matches, serviceSelector, type Manifest, type Workload } from './document';
import type { NetworkPolicies } from './network-policies';
import type { Arrow } from './service-arrows';
import type { AnyConfig } from './service-settings-catalog';

/** A workload with the calls that it makes. */
export interface Caller {
  readonly workload: Workload;
  readonly arrows: readonly Arrow[];
  readonly config: AnyConfig;
}

/** Where the calls lead. */
export interface Surroundings {
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  readonly policies: NetworkPolicies;
}

const labelPrefix = 'affinity.access/';
const tlsPort = 443;

/**
 * Holds labels and policies against the calls that services make by their settings: each call finds a Service and may be made,
 * each label is one of a call, and whatever else could be called may not.
 */
export function arrowProblems(callers: readonly Caller[], around: Surroundings): readonly string[] {
  return callers.flatMap(({ workload, arrows }) => {
    const problems = [...labelProblems(workload, arrows), ...callProblems(workload, { arrows, around })];
    return problems.map((problem) => `${workload.kind} ${workload.name}: ${problem}`);
  });
}

/** Other teams, in namespaces labelled as clients, reach what answers gRPC; Prometheus, in its own, reaches metrics. */
export function outsideProblems(callers: readonly Caller[], policies: NetworkPolicies): readonly string[] {
  return callers.flatMap(({ workload, config }) => {
    const { kind, name, template } = workload;
    const isReached = (role: string, port: unknown): boolean =>
      policies.allow(
        { podLabels: {}, namespaceLabels: { [`${labelPrefix}role`]: role } },
        { podLabels: template.metadata.labels },
        Number(port),
      );
    const problems: string[] = [];
    if ('grpcPort' in config && !isReached('client', config['grpcPort'])) problems.push('clients may not call it');
    if (kind === 'Deployment' && !isReached('monitoring', config['metricsPort']))
      problems.push('its metrics are shut off');
    return problems.map((problem) => `${kind} ${name}: ${problem}`);
  });
}

function labelProblems({ template }: Workload, arrows: readonly Arrow[]): readonly string[] {
  const labels = Object.keys(template.metadata.labels).filter((name) => name.startsWith(labelPrefix));
  const said = new Set(labels.map((name) => name.slice(labelPrefix.length)));
  const done = new Set<string>(arrows.map(({ callee }) => callee));
  return [
    ...[...done].filter((callee) => !said.has(callee)).map((callee) => `calls ${callee}, but has no label for it`),
    ...[...said]
      .filter((callee) => !done.has(callee))
      .map((callee) => `has a label for ${callee}, which it does not call`),
  ];
}

interface Calls {
  readonly arrows: readonly Arrow[];
  readonly around: Surroundings;
}

function callProblems({ template }: Workload, { arrows, around }: Calls): readonly string[] {
  const { policies } = around;
  const from = { podLabels: template.metadata.labels };
  const allowed = new Set<string>();
  const problems = arrows.flatMap(({ callee, place }) => {
    if (place === undefined) return policies.allowOutside(from, tlsPort) ? [] : [`may not call ${callee} in AWS`];
    const target = podsBehind(place.host, place.port, around);
    if (target === undefined) return [`calls ${place.host}:${place.port}, which no Service is`];
    allowed.add(endOf(target.name, place.port));
    const to = { podLabels: target.template.metadata.labels };
    return policies.allow(from, to, place.port) ? [] : [`may not call ${place.host}:${place.port}`];
  });
  const surplus = openPorts(around).filter(
    ({ workload, port }) =>
      !allowed.has(endOf(workload.name, port)) &&
      policies.allow(from, { podLabels: workload.template.metadata.labels }, port),
  );
  return [...problems, ...surplus.map(({ workload, port }) => `may call ${workload.name}:${port}, and does not`)];
}

function podsBehind(host: string, port: number, { manifests, workloads }: Surroundings): Workload | undefined {
  const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === host);
  const ports = service?.spec?.['ports'] as readonly { readonly port: number }[] | undefined;
  if (service?.spec === undefined || ports?.some((candidate) => candidate.port === port) !== true) return undefined;
  const selector = serviceSelector(service.spec);
  return workloads.find(({ template }) => matches(template.metadata.labels, selector));
}

function openPorts({ workloads }: Surroundings): readonly { readonly workload: Workload; readonly port: number }[] {
  return workloads.flatMap((workload) =>
    workload.template.spec.containers.flatMap(({ ports = [] }) =>
      ports.map(({ containerPort }) => ({ workload, port: containerPort })),
    ),
  );
}

function endOf(name: string, port: number): string {
  return `${name}:${port}`;
}
