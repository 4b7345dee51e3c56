import { join } from 'node:path';
import ts from 'typescript';

/** What the strict compiler says of a module that is not on disk; what the module imports is looked for from this folder. */
export function sourceDiagnostics(source: string): readonly ts.Diagnostic[] {
  const fileName = join(__dirname, 'source-under-test.ts');
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
  return ts.getPreEmitDiagnostics(ts.createProgram([fileName], options, host));
}
