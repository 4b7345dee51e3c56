import { arrowProblems, outsideProblems, type Caller } from './arrow-problems';
import { containerProblems } from './container-problems';
import { workloadsOf, type Container, type Manifest, type Workload } from './document';
import { NetworkPolicies } from './network-policies';
import { resolveContainer, type OutsideSecrets, type ResolvedPod } from './pod-files';
import { referenceProblems } from './reference-problems';
import { restrictionProblems } from './restriction-problems';
import { arrowsOf } from './service-arrows';
import { imageNameOf, loadServiceConfig } from './service-settings-catalog';

/** Images of others that manifests may use, with the ports that they are set to listen on. */
const foreignPorts: ReadonlyMap<string, readonly number[]> = new Map([
  ['nats:2.11', [4222, 6222, 8222]],
  ['redis:7', [6379]],
  ['amazon/dynamodb-local:latest', [8000]],
]);

/**
 * Holds an overlay's objects against the services' own settings, and its parts against each other. Resolves each container's
 * variables and files, loads its settings as the service would, and compares ports, hosts, probes, grace, labels and policies
 * with them. Gives every problem in words; none when all fits.
 */
export function findProblems(manifests: readonly Manifest[], outside: OutsideSecrets): readonly string[] {
  const workloads = workloadsOf(manifests);
  const resolve = resolveContainer(manifests, outside);
  const findings = workloads.flatMap((workload) =>
    workload.template.spec.containers.map((container) =>
      examine(workload, { container, given: resolve(workload.template, container) }),
    ),
  );
  const callers = findings.flatMap(({ caller }) => (caller === undefined ? [] : [caller]));
  const policies = new NetworkPolicies(manifests);
  return [
    ...findings.flatMap(({ problems }) => problems),
    ...referenceProblems(manifests, workloads),
    ...arrowProblems(callers, { manifests, workloads, policies }),
    ...outsideProblems(callers, policies),
  ];
}

interface Examined {
  readonly container: Container;
  readonly given: ResolvedPod;
}

interface Findings {
  readonly problems: readonly string[];
  /** Undefined for images of others, and where the settings cannot be loaded. */
  readonly caller?: Caller;
}

function examine(workload: Workload, { container, given }: Examined): Findings {
  const named = (problems: readonly string[]): readonly string[] =>
    problems.map((problem) => `${workload.kind} ${workload.name}: ${problem}`);
  const always = [...given.problems, ...restrictionProblems(workload.template, container)];
  const image = imageNameOf(container.image);
  if (image === undefined) return { problems: named([...always, ...foreignProblems(container)]) };
  try {
    const config = loadServiceConfig(image, container.args ?? [], given);
    const problems = named([...always, ...containerProblems(workload, { container, given, config })]);
    return { problems, caller: { workload, arrows: arrowsOf(config), config } };
  } catch (error) {
    return { problems: named([...always, error instanceof Error ? error.message : String(error)]) };
  }
}

function foreignProblems({ image, ports = [] }: Container): readonly string[] {
  const known = foreignPorts.get(image);
  if (known === undefined) return [`image "${image}" is not known`];
  const wrong = ports.filter(({ containerPort }) => !known.includes(containerPort));
  return wrong.map(({ containerPort }) => `${image} does not listen on ${containerPort}`);
}
