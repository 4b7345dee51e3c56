import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { activeTrace } from '../tracing/trace-context';
import { describeError } from './describe-error';

export { type Logger } from 'pino';

/** The levels of a log, from talkative to silent. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What a logger is made from. */
export interface LoggerOptions {
  /** Name of the service, in every line. */
  readonly service: string;
  readonly level: LogLevel;
  /** Where lines go; standard output unless told. Written synchronously, so that a dying process loses none. */
  readonly destination?: DestinationStream;
}

// Fields that hold credentials, at the top of a line or one level down. Config secrets hide themselves already.
const secretFields = ['authorization', 'password', 'secret', 'apiKey', 'privateKey', 'credentials'];

/**
 * A logger that writes one JSON object per line: `level` (word), `time` (ISO 8601), `service`, `msg`, and `trace_id` and
 * `span_id` when a trace is active (named as in
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/). Errors go under `err`, credentials are
 * replaced by `[secret]`.
 */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[secret]' },
    mixin: traceFields,
  };
  return pino(options, destination ?? pino.destination({ fd: 1, sync: true }));
}

/** A logger for tests that writes nothing. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined });
}

/**
 * Writes `{"msg":"ready", …fields}` at level info whatever level the logger has: supervisors and tests wait for it.
 * A logger that discards everything ({@link silentLogger}) discards it too.
 */
export function logReady(logger: Logger, fields: Readonly<Record<string, unknown>>): void {
  logger.child({}, { level: 'info' }).info(fields, 'ready');
}

function traceFields(): object {
  const active = activeTrace();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}
