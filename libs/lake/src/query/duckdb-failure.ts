import { AffinityError, fromUnknown } from '@affinity/service-kit';

/** What a failure of DuckDB means, by how its message begins. */
const codes: readonly (readonly [RegExp, 'INVALID_ARGUMENT' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION'])[] = [
  [/^(Parser|Binder|Catalog) Error/, 'INVALID_ARGUMENT'],
  [/^Out of Memory Error/, 'RESOURCE_EXHAUSTED'],
  [/No space left|max_temp_directory_size/, 'RESOURCE_EXHAUSTED'],
  [/^(Conversion Error|Invalid Input Error|IO Error)/, 'FAILED_PRECONDITION'],
];

/** A failed statement as an error of ours, see SqlEngine. */
export function duckDbFailure(error: unknown): AffinityError {
  if (error instanceof AffinityError || !(error instanceof Error)) return fromUnknown(error);
  const code = codes.find(([pattern]) => pattern.test(error.message))?.[1];
  return new AffinityError(code ?? 'INTERNAL', `DuckDB: ${error.message}`, { cause: error });
}
