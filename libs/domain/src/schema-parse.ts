import { z } from 'zod';
import {
  itemDimensionName,
  type AttributeType,
  type DeclaredDimension,
  type Dimension,
  type EventType,
  type Schema,
} from './schema';

const millisecondsPerDay = 86_400_000;
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be lower case letters, digits and _, at most 64, a letter first');
const eventTypeName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be lower case letters, digits, _ and -, at most 64, a letter first');
const attributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'must be letters, digits, _ . and -, at most 64, a letter first');
const weight = z.number().min(-1_000_000).max(1_000_000);

const eventType = z.union([weight, z.strictObject({ weight, requires_item: z.boolean().default(true) })]);

const dimensionBase = {
  name: name.refine((value) => value !== itemDimensionName, `"${itemDimensionName}" is built in`),
  source: attributeName.optional(),
  prior_strength: z.number().positive().max(1_000_000).default(10),
  ranking_weight: z.number().min(0).max(1_000).default(1),
};

const rising = (edges: readonly number[]): boolean =>
  edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge));

const dimension = z.discriminatedUnion('kind', [
  z.strictObject({ ...dimensionBase, kind: z.literal('categorical'), cap: z.int().min(1).max(2_000).default(200) }),
  z.strictObject({ ...dimensionBase, kind: z.literal('numeric') }),
  z.strictObject({
    ...dimensionBase,
    kind: z.literal('range'),
    edges: z.array(z.number()).min(1).max(200).refine(rising, 'must rise'),
  }),
]);

const attributeType = z.enum(['string', 'number', 'bool', 'list']);

const schemaFile = z.strictObject({
  version: z.string().min(1).max(64),
  event_types: z
    .record(eventTypeName, eventType)
    .refine((types) => Object.keys(types).length > 0, 'needs at least one'),
  attributes: z.record(attributeName, attributeType).default({}),
  dimensions: z.array(dimension).min(1).max(200),
  item_cap: z.int().min(1).max(5_000).default(1_000),
  population_cap: z.int().min(1).max(5_000).default(5_000),
  retention_days: z.int().min(1).max(3_650).default(90),
  allowed_lateness_days: z.number().min(0).max(36_500).default(7),
  allowed_skew_seconds: z.number().min(0).max(86_400).default(300),
  clock: z.enum(['wall', 'newest-event']).default('wall'),
});

type SchemaFile = z.infer<typeof schemaFile>;

/** Either a schema, or everything that is wrong with the file, each as "path: rule". */
export type ParsedSchema =
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Checks a schema file's content (YAML or JSON, already parsed) and completes it with its defaults. */
export function parseSchema(content: unknown): ParsedSchema {
  const result = schemaFile.safeParse(content);
  if (!result.success) {
    return {
      kind: 'invalid',
      problems: result.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`),
    };
  }
  const problems = [...duplicateNames(result.data), ...contradictoryTypes(result.data)];
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'schema', schema: toSchema(result.data) };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'schema' : path.map(String).join('.');
}

function duplicateNames(file: SchemaFile): string[] {
  const seen = new Set<string>();
  return file.dimensions.flatMap((entry, i) => {
    const repeated = seen.has(entry.name);
    seen.add(entry.name);
    return repeated ? [`dimensions.${i}.name: "${entry.name}" is used twice`] : [];
  });
}

function contradictoryTypes(file: SchemaFile): string[] {
  return file.dimensions.flatMap((entry, i) => {
    const source = entry.source ?? entry.name;
    const declared = file.attributes[source];
    return declared === undefined || acceptedTypes(entry.kind).includes(declared)
      ? []
      : [`dimensions.${i}.source: a ${entry.kind} dimension cannot read "${source}", which is declared as ${declared}`];
  });
}

function acceptedTypes(kind: DeclaredDimension['kind']): readonly AttributeType[] {
  return kind === 'categorical' ? ['string', 'bool', 'list'] : ['number'];
}

function toSchema(file: SchemaFile): Schema {
  const declared = file.dimensions.map(toDimension);
  return {
    version: file.version,
    eventTypes: new Map(Object.entries(file.event_types).map(([key, value]) => [key, toEventType(key, value)])),
    attributeTypes: attributeTypesOf(file, declared),
    dimensions: [...declared, { kind: 'item', name: itemDimensionName, cap: file.item_cap }] satisfies Dimension[],
    retentionDays: file.retention_days,
    allowedLatenessMs: file.allowed_lateness_days * millisecondsPerDay,
    allowedSkewMs: file.allowed_skew_seconds * 1_000,
    clock: file.clock,
    populationCap: file.population_cap,
  };
}

function toEventType(key: string, value: z.infer<typeof eventType>): EventType {
  return typeof value === 'number'
    ? { name: key, weight: value, requiresItem: true }
    : { name: key, weight: value.weight, requiresItem: value.requires_item };
}

function toDimension(entry: z.infer<typeof dimension>): DeclaredDimension {
  const base = {
    name: entry.name,
    source: entry.source ?? entry.name,
    priorStrength: entry.prior_strength,
    rankingWeight: entry.ranking_weight,
  };
  switch (entry.kind) {
    case 'categorical':
      return { ...base, kind: entry.kind, cap: entry.cap };
    case 'numeric':
      return { ...base, kind: entry.kind };
    case 'range':
      return { ...base, kind: entry.kind, edges: entry.edges };
  }
}

function attributeTypesOf(
  file: SchemaFile,
  dimensions: readonly DeclaredDimension[],
): Map<string, readonly AttributeType[]> {
  const types = new Map<string, readonly AttributeType[]>();
  for (const { source, kind } of dimensions) types.set(source, acceptedTypes(kind));
  for (const [key, type] of Object.entries(file.attributes)) types.set(key, [type]);
  return types;
}
