import type { Schema } from './schema';
import { parseSchema } from './schema-parse';

/** The schema of a document that a test knows to be valid. Throws with all problems when it is not. */
export function schemaOf(document: unknown): Schema {
  const parsed = parseSchema(document);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  return parsed.schema;
}
