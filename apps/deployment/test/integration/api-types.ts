import ts from 'typescript';
import type { Manifest } from '../../src/manifests/document';
import { sourceDiagnostics } from './source-diagnostics';

/** Modules of `kubernetes-types` by API version. */
const typeModules: Readonly<Record<string, string>> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'autoscaling/v2': 'autoscaling/v2',
  'batch/v1': 'batch/v1',
  'networking.k8s.io/v1': 'networking/v1',
  'policy/v1': 'policy/v1',
};

/** A field that KEDA has since 2.17, which is newer than its types. https://keda.sh/docs/latest/reference/scaledobject-spec/#fallback */
const newInKeda = `{ spec: { fallback?: { behavior?: 'currentReplicas' | 'currentReplicasIfHigher' } } }`;

/** Compiles manifests as literals of the API's types, which finds unknown fields too. Gives what the compiler says. */
export function typeProblems(manifests: readonly Manifest[]): readonly string[] {
  const source = manifests.map((manifest, index) => literalOf(manifest, index)).join('\n');
  return sourceDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

function literalOf(manifest: Manifest, index: number): string {
  return `export const m${index}: ${typeOf(manifest)} = ${JSON.stringify(manifest)};`;
}

function typeOf({ apiVersion, kind, metadata }: Manifest): string {
  if (apiVersion === 'keda.sh/v1alpha1')
    return `import('@kubernetes-models/keda/${apiVersion}').I${kind} & ${newInKeda}`;
  const module = typeModules[apiVersion];
  if (module === undefined) throw new Error(`${kind} ${metadata.name}: ${apiVersion} is not known`);
  return `import('kubernetes-types/${module}').${kind}`;
}
