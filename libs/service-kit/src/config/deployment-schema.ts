import { defaultPartitions } from '@affinity/contracts';
import { parseSchema, type Schema } from '@affinity/domain';
import { parse } from 'yaml';
import { z } from 'zod';
import { defaulted, secretFile, type Setting } from './setting';
import { integer } from './setting-schemas';

const schemaText = z.string().transform((content, context): Schema => {
  const parsed = parseSchemaText(content);
  if (parsed.kind === 'schema') return parsed.schema;
  for (const message of parsed.problems) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const schemaFile: Setting<Schema> = {
  env: 'SCHEMA_FILE',
  doc: 'The deployment’s schema (YAML): event types, dimensions, retention, lateness',
  source: 'file',
  presence: { kind: 'required' },
  schema: schemaText,
};

/** What all services of a deployment must agree on. */
export const deploymentSettings = {
  schema: schemaFile,
  partitions: defaulted({
    env: 'PARTITIONS',
    schema: integer(1, 1_024),
    default: String(defaultPartitions),
    doc: 'Partitions of the event stream; changing it means draining all of them to one common sequence',
  }),
  streamReplicas: defaulted({
    env: 'STREAM_REPLICAS',
    schema: integer(1, 5),
    default: '1',
    doc: 'Copies of each message, lease and dead letter; 3 in production',
  }),
  streamMaxBytes: defaulted({
    env: 'STREAM_MAX_BYTES',
    schema: integer(-1, Number.MAX_SAFE_INTEGER),
    default: '-1',
    doc: 'Most bytes of the event stream, which then refuses more; -1 = as much as the server has',
  }),
};

/** By which key erased profiles are hashed. */
export const erasureSettings = {
  erasureHashKey: secretFile({
    env: 'ERASURE_HASH_KEY_FILE',
    doc: 'Secret by which erased profiles are hashed, the same for all services; without it one is kept in the control table',
  }),
};

/** Either the schema of a YAML text, or everything that is wrong with it. */
export function parseSchemaText(content: string): ReturnType<typeof parseSchema> {
  try {
    return parseSchema(parse(content));
  } catch (error) {
    return { kind: 'invalid', problems: [`not YAML: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
