import { seededRandom } from '@affinity/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audit } from './audit/audit';
import { readCountedTiles } from './audit/counted-tiles';
import { auditLake } from './audit/lake-audit';
import { readLake } from './audit/lake-content';
import { untilLakeIsStored } from './audit/stored-lake';
import { readStream } from './audit/stream-content';
import type { ChaosOptions } from './chaos-options';
import type { ChaosResult } from './chaos-result';
import { createFaultEffects } from './faults/fault-effects';
import { planFaults } from './faults/fault-plan';
import { runFaults, type AppliedFault } from './faults/fault-runner';
import { RebalanceMeter } from './faults/rebalance-meter';
import { StreamRollback } from './faults/stream-rollback';
import { createEventSource } from './load/chaos-event';
import { createLateRepeats } from './load/late-repeats';
import { SteadyPublisher } from './load/steady-publisher';
import { SteadyReader } from './load/steady-reader';
import { faultLine } from './report';
import { startChaosSystem, type ChaosSystem } from './system/chaos-system';
import { connectStream, openClients, type ChaosClients } from './system/chaos-clients';
import { lakeShards } from './system/lake-sinks';
import type { Replica } from './system/replica';

/** What a run works with. */
export interface ChaosContext {
  /** Told in one line of each fault, and of progress every few seconds. */
  readonly report: (line: string) => void;
  /** Ends the run early, leaving nothing behind. */
  readonly signal: AbortSignal;
  /** Where the newest output of each replica is left, a file each; undefined: nowhere. */
  readonly logsFolder?: string | undefined;
}

const progressMs = 5_000;

/**
 * Runs the system under load and faults from an empty one to the audit of what it stored. Rejects when the run could not be
 * brought to its end: a part does not start, the time is over, an event was refused. Leaves no process and no file behind but
 * the logs that it is asked for.
 */
export async function runChaos(options: ChaosOptions, context: ChaosContext): Promise<ChaosResult> {
  const { report, signal, logsFolder } = context;
  if (logsFolder !== undefined) await mkdir(logsFolder, { recursive: true });
  const startedAtMs = performance.now();
  const limitMs = options.secondsLimit * 1_000;
  const timeUp = AbortSignal.timeout(limitMs);
  const crashes: string[] = [];
  const system = await startChaosSystem({ ...options, report, onCrash: (what) => crashes.push(what) });
  try {
    const connection = await connectStream(system);
    try {
      const run = new Run({
        options,
        system,
        connection,
        report,
        startedAtMs,
        signal: AbortSignal.any([signal, timeUp]),
      });
      return { ...(await run.toTheEnd()), crashes };
    } finally {
      await connection.close();
    }
  } finally {
    try {
      if (logsFolder !== undefined) await leaveLogs([...system.replicas, ...system.sinks], logsFolder);
    } finally {
      await system.stop();
    }
  }
}

async function leaveLogs(replicas: readonly Replica[], folder: string): Promise<void> {
  const fileOf = ({ name }: Replica): string => join(folder, `${name.replaceAll(' ', '-')}.log`);
  await Promise.all(replicas.map((replica) => writeFile(fileOf(replica), replica.logs())));
}

interface RunParts {
  readonly options: ChaosOptions;
  readonly system: ChaosSystem;
  /** To NATS, without faults of its own. */
  readonly connection: NatsConnection;
  readonly report: (line: string) => void;
  readonly startedAtMs: number;
  readonly signal: AbortSignal;
}

/** One run on a system that was just started. */
class Run {
  private readonly clients: ChaosClients;
  private readonly publisher: SteadyPublisher;
  private readonly reader: SteadyReader;
  private readonly lateRepeats: ReturnType<typeof createLateRepeats>;
  private readonly rollback: StreamRollback;
  private readonly rebalances: RebalanceMeter;
  private readonly sinkRebalances: RebalanceMeter;
  private readonly faults: AppliedFault[] = [];
  /** What is not counted or stored to its end yet; undefined while events are published. */
  private waiting: string | undefined;

  constructor(private readonly parts: RunParts) {
    const { options, system, connection, signal } = parts;
    const { seed, partitions } = options;
    this.clients = openClients(system);
    this.lateRepeats = createLateRepeats(connection, partitions);
    this.publisher = new SteadyPublisher({
      ...options,
      client: this.clients.ingest,
      lateRepeats: this.lateRepeats,
      nextEvent: createEventSource({ ...options, now: Date.now }),
      random: seededRandom(seed + 1),
    });
    this.reader = new SteadyReader({ ...options, client: this.clients.profiles, random: seededRandom(seed + 2) });
    this.rollback = new StreamRollback({ ...system, connection });
    this.rebalances = new RebalanceMeter(system.replicas, partitions, { signal });
    this.sinkRebalances = new RebalanceMeter(system.sinks, lakeShards, { signal });
  }

  async toTheEnd(): Promise<Omit<ChaosResult, 'crashes'>> {
    const { report } = this.parts;
    const progress = setInterval(() => report(this.progressLine()), progressMs);
    try {
      report(`sharing out partitions: ${await this.rebalances.measure('join')}`);
      report(`sharing out shards of the lake: ${await this.sinkRebalances.measure('join')}`);
      const publishing = await this.underLoad();
      const result = await this.audited();
      return { ...result, seconds: { publishing, total: this.secondsSince(this.parts.startedAtMs) } };
    } finally {
      clearInterval(progress);
      this.clients.close();
    }
  }

  /** Publishes, breaks and reads until all is published and mended. Resolves with the seconds of publishing. */
  private async underLoad(): Promise<number> {
    const beganAtMs = performance.now();
    const failure = new AbortController();
    const signal = AbortSignal.any([this.parts.signal, failure.signal]);
    const reading = new AbortController();
    const tasks = [this.publisher.run(signal), this.breakThings(signal)];
    const reads = this.reader.run(AbortSignal.any([signal, reading.signal]));
    try {
      // Whatever fails ends the rest, so that a run never waits for what cannot come.
      await Promise.all(tasks.map((task) => task.catch((error: unknown) => this.fail(failure, error))));
    } finally {
      await Promise.allSettled(tasks);
      reading.abort();
      await reads;
    }
    return this.secondsSince(beganAtMs);
  }

  private fail(failure: AbortController, error: unknown): never {
    failure.abort(error);
    throw error;
  }

  private breakThings(signal: AbortSignal): Promise<void> {
    const { options, system, report } = this.parts;
    const { rollback, rebalances, sinkRebalances } = this;
    const plan = planFaults({
      ...options,
      replicas: system.replicas.length,
      sinks: system.sinks.length,
      longestMs: options.longestFaultMs,
    });
    return runFaults(
      plan,
      {
        acknowledged: () => this.publisher.counts.acknowledged,
        apply: createFaultEffects({ system, rollback, rebalances, sinkRebalances, signal }),
        onApplied: (fault) => {
          this.faults.push(fault);
          report(faultLine(this.faults.length, fault));
        },
      },
      signal,
    );
  }

  private async audited(): Promise<Omit<ChaosResult, 'crashes' | 'seconds'>> {
    const { system, connection, report, signal, options } = this.parts;
    const held = await readStream(connection);
    const { dynamodb } = system.backing.addresses;
    report(`published; waiting until all ${held.length} messages of the stream are counted and in the lake`);
    const tiles = await readCountedTiles({ dynamodb, held, onWaiting: this.waitingFor('partitions') }, signal);
    await untilLakeIsStored({ dynamodb, held, onWaiting: this.waitingFor('shards of the lake') }, signal);
    const { acknowledged } = this.publisher;
    const history = { held, saved: this.rollback.saved };
    return {
      faults: this.faults,
      published: this.publisher.counts,
      lateRepeats: this.lateRepeats.stored,
      reads: this.reader.counts,
      rebalances: this.rebalances.measured,
      sinkRebalances: this.sinkRebalances.measured,
      audit: audit({ acknowledged, history, tiles, partitions: options.partitions }),
      lake: await auditLake(readLake(system.lake.objects), history),
    };
  }

  private waitingFor(parts: string): (left: number) => void {
    return (left) => void (this.waiting = `${left} ${parts}`);
  }

  private progressLine(): string {
    const { acknowledged, retries } = this.publisher.counts;
    const { answered, failed } = this.reader.counts;
    const left = this.waiting === undefined ? '' : `, ${this.waiting} to go`;
    const faults = `${this.faults.length} faults over`;
    const seconds = this.secondsSince(this.parts.startedAtMs).toFixed(0);
    return `${seconds} s: ${acknowledged} acknowledged (${retries} retries), ${answered} reads (${failed} failed), ${faults}${left}`;
  }

  private secondsSince(beganAtMs: number): number {
    return (performance.now() - beganAtMs) / 1_000;
  }
}
