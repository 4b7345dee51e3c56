import ts from 'typescript';
import type { Manifest } from '../../src/manifests/document';

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

const fileName = `${__dirname}/manifests-under-test.ts`;

/** Compiles manifests as literals of the API's types, which finds unknown fields too. Gives what the compiler says. */
export function typeProblems(manifests: readonly Manifest[]): readonly string[] {
  const source = manifests.map((manifest, index) => literalOf(manifest, index)).join('\n');
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const files = ts.createCompilerHost(options);
  host.fileExists = (path) => path === fileName || files.fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === fileName ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023) : files.getSourceFile(path, ...rest);
  const program = ts.createProgram([fileName], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
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
