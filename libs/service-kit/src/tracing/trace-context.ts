import { type Context, context, ROOT_CONTEXT, type SpanContext, trace, isSpanContextValid } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

// A trace travels as the W3C header `traceparent` (https://www.w3.org/TR/trace-context/), in gRPC metadata as in NATS
// headers. Carrying one on costs nothing until a trace is there: no context is entered for calls without one.

const propagator = new W3CTraceContextPropagator();

/** Where trace headers are written to: gRPC metadata, NATS headers, anything with string keys. */
export type SetHeader = (name: string, value: string) => void;

/** Where trace headers are read from. */
export type GetHeader = (name: string) => string | undefined;

/**
 * Makes the active trace follow asynchronous calls in this process. Once per process; later calls change nothing.
 * Without it, traces are still read and written, but code further down does not see them.
 */
export function carryTraces(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** Ids of the active trace, or `undefined` when there is none. */
export function activeTrace(): SpanContext | undefined {
  const active = trace.getSpanContext(context.active());
  return active !== undefined && isSpanContextValid(active) ? active : undefined;
}

/** Writes `traceparent` (and `tracestate`) of the active trace; writes nothing when there is none. */
export function injectTrace(set: SetHeader): void {
  if (activeTrace() === undefined) return;
  propagator.inject(context.active(), set, { set: (carrier: SetHeader, name, value) => carrier(name, value) });
}

/** The context that a carrier's `traceparent` describes; the root context when it has none or a malformed one. */
export function extractTrace(get: GetHeader): Context {
  return propagator.extract(ROOT_CONTEXT, get, { get: (carrier: GetHeader, name) => carrier(name), keys: () => [] });
}

/** Runs `work` inside the trace of `traceparent`; without one, plainly. */
export function runWithTrace<T>(traceparent: string | undefined, work: () => T): T {
  if (traceparent === undefined) return work();
  return context.with(
    extractTrace((name) => (name === 'traceparent' ? traceparent : undefined)),
    work,
  );
}
