import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { fromUnknown } from '../errors';

/** What a span is made from. */
export interface SpanOptions {
  /** Role of this side of the exchange; `internal` unless told. */
  readonly kind?: keyof typeof spanKinds;
  /** Never personal data: a trace is read by many. */
  readonly attributes?: Attributes;
  /** What the span belongs to; the active context unless told, for example one from `extractTrace`. */
  readonly parent?: Context;
}

const spanKinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const tracerName = 'affinity';

/**
 * Runs `work` in a new span that ends with it, and marks the span failed when it throws. With tracing off no span is
 * recorded, but the parent's trace stays active inside `work`.
 */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = options.parent ?? context.active();
  const kind = spanKinds[options.kind ?? 'internal'];
  const span = trace.getTracer(tracerName).startSpan(name, { kind, attributes: options.attributes ?? {} }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: fromUnknown(error).code });
    throw error;
  } finally {
    span.end();
  }
}
