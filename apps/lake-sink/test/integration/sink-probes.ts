import type { ServiceProcess } from '@affinity/testing';

/** What a sink says of its readiness. */
export interface Readiness {
  readonly ready: boolean;
  /** What it waits for, in words. */
  readonly text: string;
}

/** Asks a sink whether it is ready. */
export async function readiness(sink: ServiceProcess): Promise<Readiness> {
  const answer = await fetch(`http://127.0.0.1:${sink.port('metricsPort')}/readyz`);
  return { ready: answer.ok, text: await answer.text() };
}

/** The bytes that a sink holds and has not stored, by its metrics. */
export async function bufferedBytes(sink: ServiceProcess): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${sink.port('metricsPort')}/metrics`);
  const match = /^affinity_lake_sink_buffered_bytes\S* (\d+)/m.exec(await answer.text());
  return Number(match?.[1] ?? 0);
}
