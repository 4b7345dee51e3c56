import {
  matches,
  serviceSelector,
  type Container,
  type Manifest,
  type Named,
  type Texts,
  type Workload,
} from './document';

/** Which object of which kind an object names in its spec. */
const namedBy: Readonly<
  Record<string, (spec: Readonly<Record<string, unknown>>) => readonly (readonly [string, string])[]>
> = {
  HorizontalPodAutoscaler: ({ scaleTargetRef }) => [targetOf(scaleTargetRef)],
  ScaledObject: ({ scaleTargetRef }) => [['Deployment', (scaleTargetRef as Named).name]],
  StatefulSet: ({ serviceName }) => [['Service', String(serviceName)]],
};

/** What names an object that is not there: targets, accounts, selectors, named ports. */
export function referenceProblems(manifests: readonly Manifest[], workloads: readonly Workload[]): readonly string[] {
  const exists = (kind: string, name: string): boolean =>
    manifests.some((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  const problems: string[] = [];
  const need = (kind: string, name: string, by: string): void => {
    if (!exists(kind, name)) problems.push(`${by}: there is no ${kind} "${name}"`);
  };
  for (const { kind, metadata, spec = {} } of manifests) {
    const by = `${kind} ${metadata.name}`;
    for (const [wanted, name] of namedBy[kind]?.(spec) ?? []) need(wanted, name, by);
    if (kind === 'Service') problems.push(...serviceProblems(by, spec, workloads));
    if (kind === 'PodDisruptionBudget') problems.push(...selectorProblems(by, spec['selector'], workloads));
    if (kind === 'NetworkPolicy') problems.push(...selectorProblems(by, spec['podSelector'], workloads));
  }
  for (const { kind, name, template, selector } of workloads) {
    const account = template.spec.serviceAccountName;
    need('ServiceAccount', account ?? '(none)', `${kind} ${name}`);
    if (!matches(template.metadata.labels, selector)) problems.push(`${kind} ${name}: does not select its own pods`);
    for (const container of template.spec.containers)
      problems.push(...probePortProblems(container).map((problem) => `${kind} ${name}: ${problem}`));
  }
  return problems;
}

/** Ports that probes name and the container does not have. */
function probePortProblems({ startupProbe, readinessProbe, livenessProbe, ports = [] }: Container): readonly string[] {
  const probes = [startupProbe, readinessProbe, livenessProbe];
  const asked = probes.map((probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port);
  const missing = asked.filter((port) => typeof port === 'string' && !ports.some(({ name }) => name === port));
  return missing.map((port) => `a probe asks port "${String(port)}", which is not there`);
}

function targetOf(reference: unknown): readonly [string, string] {
  const { kind, name } = reference as { readonly kind: string; readonly name: string };
  return [kind, name];
}

function serviceProblems(
  by: string,
  spec: Readonly<Record<string, unknown>>,
  workloads: readonly Workload[],
): readonly string[] {
  const selector = serviceSelector(spec);
  const selected = workloads.filter(({ template }) => matches(template.metadata.labels, selector));
  if (selected.length === 0) return [`${by}: selects no pods`];
  const ports = spec['ports'] as readonly { readonly port: number; readonly targetPort: string }[];
  return ports.flatMap(({ port, targetPort }) => {
    const containers = selected.flatMap(({ template }) => template.spec.containers);
    const target = containers.flatMap((container) => container.ports ?? []).find(({ name }) => name === targetPort);
    if (target === undefined) return [`${by}: no container has a port "${targetPort}"`];
    return target.containerPort === port ? [] : [`${by}: port ${port} leads to ${target.containerPort}`];
  });
}

function selectorProblems(by: string, selector: unknown, workloads: readonly Workload[]): readonly string[] {
  const { matchLabels } = selector as { readonly matchLabels?: Texts };
  const selects = workloads.some(({ template }) => matches(template.metadata.labels, matchLabels));
  return selects ? [] : [`${by}: selects no pods`];
}
