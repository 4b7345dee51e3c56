import { parseAllDocuments } from 'yaml';

/** Text by name: labels, selectors, data. */
export type Texts = Readonly<Record<string, string>>;

/** The parts of a Kubernetes object that the checks look at; types are checked against the API's own elsewhere. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Texts };
  readonly data?: Texts;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A container as far as the checks look. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly envFrom?: readonly { readonly configMapRef?: Named; readonly secretRef?: Named }[];
  readonly env?: readonly Variable[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly resources?: { readonly requests?: Texts; readonly limits?: Texts };
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

/** An object that another is named by. */
export interface Named {
  readonly name: string;
}

/** One environment variable. */
export interface Variable extends Named {
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: Named & { readonly key: string };
    readonly secretKeyRef?: Named & { readonly key: string };
    readonly fieldRef?: unknown;
  };
}

/** A probe: of one of these kinds. */
export interface Probe {
  readonly grpc?: { readonly port: number };
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly tcpSocket?: { readonly port: string | number };
}

/** A volume from a ConfigMap, a Secret or something else. */
export interface Volume extends Named {
  readonly configMap?: Named;
  readonly secret?: { readonly secretName: string };
}

/** What runs as pods. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Texts };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly enableServiceLinks?: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext?: Readonly<Record<string, unknown>>;
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
}

/** An object that makes pods, and their template. */
export interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly template: PodTemplate;
  readonly selector?: Texts;
}

/** The objects of a YAML text. Throws on a text that is no YAML. */
export function readManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.map(({ message }) => message).join('\n'));
    return document.toJS() as Manifest;
  });
}

/** All that makes pods. */
export function workloadsOf(manifests: readonly Manifest[]): readonly Workload[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (template === undefined) return [];
    const selector = (manifest.spec?.['selector'] as { matchLabels?: Texts } | undefined)?.matchLabels;
    return [
      { name: manifest.metadata.name, kind: manifest.kind, template, ...(selector === undefined ? {} : { selector }) },
    ];
  });
}

function templateOf({ kind, spec }: Manifest): PodTemplate | undefined {
  const schedule = spec as { jobTemplate?: { spec: { template: PodTemplate } }; template?: PodTemplate } | undefined;
  return kind === 'CronJob' ? schedule?.jobTemplate?.spec.template : schedule?.template;
}

/** Whether labels have all that a selector asks for. */
export function matches(labels: Texts, selector: Texts | undefined): boolean {
  return Object.entries(selector ?? {}).every(([name, value]) => labels[name] === value);
}

/** The selector of a Service, without the label of a pod's index, which Kubernetes sets itself. */
export function serviceSelector(spec: Readonly<Record<string, unknown>>): Texts {
  const labels = Object.entries((spec['selector'] ?? {}) as Texts);
  return Object.fromEntries(labels.filter(([name]) => name !== 'apps.kubernetes.io/pod-index'));
}
