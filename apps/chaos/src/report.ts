import type { LakeAudit } from './audit/lake-audit';
import type { TileAudit } from './audit/tile-audit';
import type { ChaosOptions } from './chaos-options';
import type { ChaosResult } from './chaos-result';
import type { AppliedFault } from './faults/fault-runner';
import { rebalanceCauses, type Rebalance, type RebalanceCause } from './faults/rebalance-meter';

/** A fault that is over, in one line. */
export function faultLine(number: number, { fault, beganAtMs, endedAtMs, note }: AppliedFault): string {
  const times = `${seconds(beganAtMs)} to ${seconds(endedAtMs)} s`;
  return `fault ${String(number).padStart(2)}  ${times.padEnd(16)}  ${fault.kind.padEnd(20)}  ${note}`.trimEnd();
}

/** What came of a run, in lines. */
export function reportLines(
  result: ChaosResult,
  { leaseTtlMs, rebalanceLimitMs }: Pick<ChaosOptions, 'leaseTtlMs' | 'rebalanceLimitMs'>,
): readonly string[] {
  const { published, lateRepeats, reads, audit, lake, crashes } = result;
  const faults = [...result.faults].sort((left, right) => left.beganAtMs - right.beganAtMs);
  return [
    `== Faults in the order in which they began: ${faults.length}`,
    ...faults.map((fault, i) => faultLine(i + 1, fault)),
    '== Load',
    `published      ${published.acknowledged} events, all acknowledged, in ${result.seconds.publishing.toFixed(1)} s (${published.retries} retries)`,
    `repeats        ${published.repeatsSent} within the dedup window (${published.duplicates} answered "duplicate"), ${lateRepeats} past it`,
    `stream         ${audit.messages} messages held, ${audit.lostMessages} lost by being rolled back, ${audit.vanished} acknowledged events vanished`,
    `reads          ${reads.answered} answered (${reads.stale} stale), ${reads.failed} failed; ${latencies(reads.latenciesMs)}`,
    `answers from   ${[...reads.bySource].map(([source, count]) => `${source.replace('ANSWER_SOURCE_', '').toLowerCase()} ${count}`).join(', ')}`,
    `limit of moves ${seconds(rebalanceLimitMs)} s until all is shared evenly again; a lease lives ${seconds(leaseTtlMs)} s`,
    `leases         ${rebalancesText(result.rebalances)}`,
    `lake leases    ${rebalancesText(result.sinkRebalances)}`,
    '== Stored tiles against a plain loop',
    auditLine('users', audit.users),
    auditLine('population', audit.population),
    '== Objects of the lake against the stream',
    lakeLine(lake),
    ...[...audit.users.findings, ...audit.population.findings, ...lake.findings, ...reads.failures, ...crashes].map(
      (text) => `  ${text}`,
    ),
    `took ${result.seconds.total.toFixed(0)} s`,
  ];
}

function auditLine(what: string, { tiles, counted, lost, double, wrongTiles }: TileAudit): string {
  return `${what.padEnd(14)} ${tiles} tiles compared, ${counted} events counted: ${lost} lost, ${double} double, ${wrongTiles} wrong tiles`;
}

function lakeLine({ objects, lines, lost, double, wrongLines, wrongObjects }: LakeAudit): string {
  return `upstream       ${objects} objects, ${lines} lines: ${lost} lost, ${double} double, ${wrongLines} wrong lines, ${wrongObjects} wrong objects`;
}

function rebalancesText(rebalances: readonly Rebalance[]): string {
  return rebalanceCauses.map((cause) => rebalanceText(rebalances, cause)).join('; ');
}

function rebalanceText(rebalances: readonly Rebalance[], cause: RebalanceCause): string {
  const all = rebalances.filter((one) => one.cause === cause);
  const times = all.flatMap(({ tookMs }) => tookMs ?? []).sort((a, b) => a - b);
  const longest = times.at(-1);
  const sinceCauseMs = Math.max(...all.map((one) => one.sinceCauseMs));
  const words =
    longest === undefined
      ? 'none'
      : `p50 ${seconds(percentileOf(times, 0.5))} s, at most ${seconds(longest)} s (with other faults between ${seconds(sinceCauseMs)} s)`;
  const late = all.length - times.length;
  return `${cause}: ${times.length} times, ${words}${late === 0 ? '' : `, ${late} not in time`}`;
}

function latencies(unsorted: readonly number[]): string {
  const sorted = [...unsorted].sort((a, b) => a - b);
  const at = (part: number): string => `${Math.round(percentileOf(sorted, part))} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}

/** Of a rising list; NaN of an empty one. */
function percentileOf(rising: readonly number[], part: number): number {
  return rising[Math.min(rising.length - 1, Math.floor(part * rising.length))] ?? NaN;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
