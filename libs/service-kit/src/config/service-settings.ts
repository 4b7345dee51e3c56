import { choice, decimal, integer, port, text, url } from './setting-schemas';
import { defaulted, optional } from './setting';

/** How much a service logs. */
export const logSettings = {
  logLevel: defaulted({
    env: 'LOG_LEVEL',
    schema: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    doc: 'Least severe log line to write; the ready line is always written',
  }),
};

/** Where a service answers /metrics, /healthz and /readyz. */
export const metricsSettings = {
  metricsHost: defaulted({
    env: 'METRICS_HOST',
    schema: text(),
    default: '127.0.0.1',
    doc: 'Address for /metrics, /healthz and /readyz; 0.0.0.0 in containers',
  }),
  metricsPort: defaulted({
    env: 'METRICS_PORT',
    schema: port(),
    default: '9464',
    doc: 'Port for them; 0 = any free one',
  }),
};

/** Where a service sends its traces. */
export const tracingSettings = {
  tracingEndpoint: optional({
    env: 'TRACING_ENDPOINT',
    schema: url('http', 'https'),
    doc: 'OTLP/HTTP traces endpoint, for example http://collector:4318/v1/traces; without it no spans are recorded',
  }),
  tracingSampleRatio: defaulted({
    env: 'TRACING_SAMPLE_RATIO',
    schema: decimal(0, 1),
    default: '0.1',
    doc: 'Share (0 to 1) of new traces to record; a caller that already decided is followed',
  }),
};

/** How a service stops. */
export const shutdownSettings = {
  shutdownGraceMs: defaulted({
    env: 'SHUTDOWN_GRACE_MS',
    schema: integer(0, 600_000),
    default: '20000',
    doc: 'Milliseconds a stop may take before it is cut; keep it below the limit of the supervisor',
  }),
  shutdownUnreadyMs: defaulted({
    env: 'SHUTDOWN_UNREADY_MS',
    schema: integer(0, 60_000),
    default: '0',
    doc: 'Milliseconds to answer on while already unready, for load balancers to notice; part of the grace; 5000 on Kubernetes',
  }),
};

/** The settings that every service has; `runService` needs them. */
export const serviceSettings = { ...logSettings, ...metricsSettings, ...tracingSettings, ...shutdownSettings };
