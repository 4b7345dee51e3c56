/** A field of a dataset's schema. */
export interface SchemaField {
  /** SNAKE_CASE. */
  readonly name: string;
  readonly types: readonly string[];
}

/** The types of datasets that can be trained on. */
export type DatasetType = 'Interactions' | 'Items' | 'Users';

const fieldTypes: ReadonlySet<string> = new Set(['float', 'double', 'int', 'long', 'string', 'boolean', 'null']);
const required: Readonly<Record<DatasetType, readonly string[]>> = {
  Interactions: ['USER_ID', 'ITEM_ID', 'TIMESTAMP'],
  Items: ['ITEM_ID'],
  Users: ['USER_ID'],
};

/**
 * The fields of an Avro schema as text; or what is wrong with it.
 * Source: "Schemas", Amazon Personalize developer guide.
 */
export function parseDatasetSchema(text: string): readonly SchemaField[] | string {
  const parsed = parseObject(text);
  if (parsed === undefined) return 'it is not a JSON object';
  const { type, name, namespace, fields } = parsed;
  if (type !== 'record') return '"type" must be "record"';
  if (typeof name !== 'string') return '"name" must be a text';
  if (namespace !== 'com.amazonaws.personalize.schema') return '"namespace" must be "com.amazonaws.personalize.schema"';
  if (!Array.isArray(fields) || fields.length === 0) return '"fields" must be a list of fields';
  const read = fields.map(fieldOf);
  const wrong = read.find((field) => typeof field === 'string');
  return wrong ?? (read as readonly SchemaField[]);
}

/** What a dataset of a type lacks in a schema's fields; undefined when it lacks nothing. */
export function whyUnfit(fields: readonly SchemaField[], datasetType: DatasetType): string | undefined {
  const names = fields.map(({ name }) => name);
  const missing = required[datasetType].filter((name) => !names.includes(name));
  if (missing.length > 0) return `the schema of a dataset of type ${datasetType} must have ${missing.join(', ')}`;
  if (datasetType !== 'Interactions' && fields.length < 2)
    return `a dataset of type ${datasetType} must have a metadata field`;
  return undefined;
}

/**
 * Why fields cannot replace those that a dataset has; undefined when they can.
 * Source: "Replacing a dataset's schema to add new columns", Amazon Personalize developer guide.
 */
export function whyNoReplacement(
  fields: readonly SchemaField[],
  { before, datasetType }: { readonly before: readonly SchemaField[]; readonly datasetType: DatasetType },
): string | undefined {
  if (datasetType === 'Interactions') return 'the schema of an interactions dataset cannot be replaced';
  const lost = before.find(({ name, types }) => {
    const kept = fields.find((field) => field.name === name);
    return kept === undefined || kept.types.join() !== types.join();
  });
  if (lost !== undefined) return `${lost.name} must be kept, with its type`;
  const added = fields.filter(({ name }) => !before.some((field) => field.name === name));
  const strict = before.length === 0 ? undefined : added.find(({ types }) => !types.includes('null'));
  return strict === undefined ? whyUnfit(fields, datasetType) : `${strict.name} is new and must support null`;
}

function fieldOf(value: unknown): SchemaField | string {
  if (typeof value !== 'object' || value === null) return 'a field must be an object';
  const { name, type } = value as { readonly name?: unknown; readonly type?: unknown };
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'a field must have a name';
  const types: readonly unknown[] = Array.isArray(type) ? (type as readonly unknown[]) : [type];
  const known = types.filter((one): one is string => typeof one === 'string' && fieldTypes.has(one));
  return known.length === types.length ? { name, types: known } : `the type of ${name} is not supported`;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
