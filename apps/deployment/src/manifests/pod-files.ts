import type { Container, Manifest, PodTemplate, Texts, Variable } from './document';
import type { Given } from './service-settings-catalog';

/** Secrets that are made outside of the manifests, with their keys. */
export type OutsideSecrets = Readonly<Record<string, readonly string[]>>;

/** What a container gets, and what of it does not exist. */
export interface ResolvedPod extends Given {
  readonly problems: readonly string[];
}

/** Long enough for any rule about secrets. */
const placeholder = 'a-secret-that-is-made-outside';

/** Resolves a container's variables and files from the ConfigMaps and Secrets that it names. */
export function resolveContainer(
  manifests: readonly Manifest[],
  outside: OutsideSecrets,
): (pod: PodTemplate, container: Container) => ResolvedPod {
  const sources = new Sources(manifests, outside);
  return (pod, container) => {
    const problems: string[] = [];
    const dataOf = (kind: SourceKind, name: string): Texts => {
      const data = sources.dataOf(kind, name);
      if (data === undefined) problems.push(`there is no ${kind} "${name}"`);
      return data ?? {};
    };
    const env: Record<string, string> = {};
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef !== undefined) Object.assign(env, dataOf('ConfigMap', configMapRef.name));
      if (secretRef !== undefined) Object.assign(env, dataOf('Secret', secretRef.name));
    }
    for (const variable of container.env ?? []) {
      const value = valueOf(variable, dataOf);
      if (value === undefined) problems.push(`${variable.name}: its key does not exist`);
      env[variable.name] = value ?? '';
    }
    return { env, files: filesOf(pod, container, dataOf), problems };
  };
}

type SourceKind = 'ConfigMap' | 'Secret';
type DataOf = (kind: SourceKind, name: string) => Texts;

class Sources {
  constructor(
    private readonly manifests: readonly Manifest[],
    private readonly outside: OutsideSecrets,
  ) {}

  dataOf(kind: SourceKind, name: string): Texts | undefined {
    const found = this.manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    if (found !== undefined) return kind === 'Secret' ? decoded(found.data ?? {}) : (found.data ?? {});
    const keys = kind === 'Secret' ? this.outside[name] : undefined;
    return keys === undefined ? undefined : Object.fromEntries(keys.map((key) => [key, placeholder]));
  }
}

function decoded(data: Texts): Texts {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const),
  );
}

function valueOf({ value, valueFrom }: Variable, dataOf: DataOf): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom ?? {};
  if (configMapKeyRef !== undefined) return dataOf('ConfigMap', configMapKeyRef.name)[configMapKeyRef.key];
  if (secretKeyRef !== undefined) return dataOf('Secret', secretKeyRef.name)[secretKeyRef.key];
  return fieldRef === undefined ? value : 'field';
}

function filesOf(pod: PodTemplate, container: Container, dataOf: DataOf): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    const config = volume?.configMap === undefined ? {} : dataOf('ConfigMap', volume.configMap.name);
    const secret = volume?.secret === undefined ? {} : dataOf('Secret', volume.secret.secretName);
    for (const [key, content] of Object.entries({ ...config, ...secret })) files.set(`${mountPath}/${key}`, content);
  }
  return files;
}
