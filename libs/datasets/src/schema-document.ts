import { parseSchema, type Schema } from '@affinity/domain';
import { parse, stringify } from 'yaml';
import { DatasetError } from './errors';

/** A dimension as a schema file writes it. */
export type DimensionDocument =
  | { readonly name: string; readonly kind: 'categorical'; readonly source?: string; readonly cap?: number }
  | { readonly name: string; readonly kind: 'numeric'; readonly source?: string; readonly ranking_weight?: number }
  | { readonly name: string; readonly kind: 'range'; readonly source?: string; readonly edges: readonly number[] };

/** The content of a schema file, before its defaults are filled in. */
export interface SchemaDocument {
  readonly version: string;
  readonly event_types: Readonly<Record<string, number>>;
  readonly dimensions: readonly DimensionDocument[];
  readonly item_cap?: number;
  readonly retention_days?: number;
  readonly allowed_lateness_days?: number;
  readonly clock?: 'wall' | 'newest-event';
}

/** A schema document as the text of a schema file; the same document always gives the same text. */
export function schemaYaml(document: SchemaDocument): string {
  return stringify(document, { lineWidth: 120 });
}

/** The schema that a schema file's text describes. Throws DatasetError that lists every problem. */
export function schemaOfYaml(text: string, file: string): Schema {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new DatasetError({ file }, error instanceof Error ? error.message : 'is not YAML', { cause: error });
  }
  const parsed = parseSchema(content);
  if (parsed.kind === 'invalid') throw new DatasetError({ file }, parsed.problems.join('; '));
  return parsed.schema;
}
