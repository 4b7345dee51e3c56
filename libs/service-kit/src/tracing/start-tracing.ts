import { trace } from '@opentelemetry/api';
import { carryTraces } from './trace-context';

/** How a service traces. */
export interface TracingOptions {
  readonly service: string;
  readonly version: string;
  /** OTLP/HTTP traces endpoint; without it nothing is recorded, but traces of callers are carried on. */
  readonly endpoint?: string | undefined;
  /** Share of new traces to record, 0 to 1. */
  readonly sampleRatio: number;
}

/** A running tracer. */
export interface Tracing {
  /** True when spans are recorded and sent. */
  readonly recording: boolean;
  /** Sends what is buffered and stops; failures to send are swallowed, since traces never decide how a service ends. */
  stop(): Promise<void>;
}

/** Starts tracing for this process. Call it once, before anything is served. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  carryTraces();
  if (options.endpoint === undefined) return { recording: false, stop: () => Promise.resolve() };
  const provider = await createProvider(options, options.endpoint);
  trace.setGlobalTracerProvider(provider);
  return { recording: true, stop: () => provider.shutdown().catch(() => undefined) };
}

// Loaded only when wanted: the SDK and its exporter double the start-up time of a small service.
async function createProvider(options: TracingOptions, endpoint: string) {
  const sdk = await import('@opentelemetry/sdk-trace-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  return new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.version': options.version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }))],
  });
}
