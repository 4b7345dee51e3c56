import { z } from 'zod';

const duration = z.string().regex(/^\d+(ms|s|m|h)$/);
const endpoint = z.string().regex(/^0\.0\.0\.0:\d+$/);

/** Grafana's data sources. https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
export const dataSourcesFile = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.strictObject({
      name: z.string(),
      uid: z.string(),
      type: z.literal('prometheus'),
      access: z.literal('proxy'),
      url: z.url({ protocol: /^http$/ }),
      isDefault: z.boolean(),
    }),
  ),
});

/** Where Grafana finds dashboards. https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards */
export const dashboardProvidersFile = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({ name: z.string(), type: z.literal('file'), options: z.strictObject({ path: z.string() }) }),
  ),
});

const receivers = z.strictObject({
  otlp: z.strictObject({ protocols: z.strictObject({ http: z.strictObject({ endpoint }) }) }),
});
const processors = z.strictObject({
  memory_limiter: z.strictObject({ check_interval: duration, limit_mib: z.int().positive() }),
  batch: z.strictObject({ timeout: duration }),
});
const exporters = z.strictObject({
  debug: z.strictObject({ verbosity: z.enum(['basic', 'normal', 'detailed']) }),
});

/**
 * The collector's file, with those of its components that are used. https://opentelemetry.io/docs/collector/configuration/; fields
 * of the components are those of the README of each in the collector's repository, at the version of the image.
 */
export const collectorFile = z.strictObject({
  receivers,
  processors,
  exporters,
  service: z.strictObject({
    pipelines: z.strictObject({
      traces: z.strictObject({
        receivers: z.array(receivers.keyof()),
        // It must come first, so that what it refuses has not been kept yet.
        processors: z.tuple([z.literal('memory_limiter'), z.literal('batch')]),
        exporters: z.array(exporters.keyof()),
      }),
    }),
  }),
});

/** What does not fit a schema, in words. */
export function schemaProblems(schema: z.ZodType, document: unknown): readonly string[] {
  const { error } = schema.safeParse(document);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}
