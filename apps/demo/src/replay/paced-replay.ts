import type { DatasetInteraction } from '@affinity/datasets';
import { median } from '@affinity/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { ProgressBar } from '../report/progress-bar';
import type { ReportStream } from '../report/report';
import { probeFreshness, type ProbeOptions } from './freshness-probe';
import { replay, type ReplayResult } from './replay';
import { ReplayPace } from './replay-pace';

/** What is replayed, through which clients. */
export interface PacedReplayOptions extends Pick<
  ProbeOptions,
  'ingest' | 'profiles' | 'itemId' | 'eventType' | 'occurredAtMs'
> {
  readonly interactions: readonly DatasetInteraction[];
  readonly stream: ReportStream;
  readonly signal: AbortSignal;
}

/** What a paced replay did and found. */
export interface PacedReplayResult extends ReplayResult {
  readonly seconds: number;
  /** The probes' events, which are stored too. */
  readonly probes: readonly DatasetInteraction[];
  /** How long each probe took to become visible, in milliseconds. */
  readonly latenciesMs: readonly number[];
}

/** Freshness to keep, in milliseconds: far within the second that profiles promise, for the pace to react in time. */
const targetMs = 150;
/** Processes that have just started are slow. */
const startRate = 400;

/** Replays interactions as fast as profiles stay fresh, measuring how fresh they are all along. */
export async function pacedReplay(options: PacedReplayOptions): Promise<PacedReplayResult> {
  const latenciesMs: number[] = [];
  const pace = new ReplayPace({ startRate, targetMs, now, sleep });
  const done = new AbortController();
  const probing = probeFreshness({
    ...options,
    done: done.signal,
    onWaiting: (elapsedMs) => pace.heard(elapsedMs),
    onLatency: (latencyMs) => {
      latenciesMs.push(latencyMs);
      pace.heard(latencyMs);
    },
  });
  // Its failure is reported when its turn comes, and not as one that nobody handles.
  const probed = probing.catch(() => undefined);
  try {
    const replayed = await replayWithProgress(options, { pace, latenciesMs });
    done.abort();
    return { ...replayed, latenciesMs, probes: await probing };
  } finally {
    done.abort();
    await probed;
  }
}

function now(): number {
  return performance.now();
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return pause(ms, undefined, { signal });
}

async function replayWithProgress(
  { interactions, stream, ingest, signal }: PacedReplayOptions,
  { pace, latenciesMs }: { readonly pace: ReplayPace; readonly latenciesMs: readonly number[] },
): Promise<ReplayResult & { readonly seconds: number }> {
  const bar = new ProgressBar({ stream, total: interactions.length, unit: 'events', now });
  const take = (events: number, stop: AbortSignal): Promise<void> => pace.take(events, stop);
  const onStored = (events: number): void => bar.add(events, noteOf(latenciesMs));
  const startedAtMs = now();
  const result = await replay(interactions, { client: ingest, take, onStored, signal });
  const seconds = (now() - startedAtMs) / 1_000;
  bar.finish();
  return { ...result, seconds };
}

function noteOf(latenciesMs: readonly number[]): string {
  return latenciesMs.length === 0 ? '' : `visible after ${Math.round(median(latenciesMs.slice(-20)))} ms`;
}
