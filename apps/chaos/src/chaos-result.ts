import type { Audit } from './audit/audit';
import type { LakeAudit } from './audit/lake-audit';
import type { TileAudit } from './audit/tile-audit';
import type { ChaosOptions } from './chaos-options';
import type { AppliedFault } from './faults/fault-runner';
import type { Rebalance } from './faults/rebalance-meter';
import type { PublishedCounts } from './load/steady-publisher';
import type { ReadCounts } from './load/steady-reader';

/** What came of a run. */
export interface ChaosResult {
  /** In the order in which they ended. */
  readonly faults: readonly AppliedFault[];
  readonly published: PublishedCounts;
  /** Repeats that the stream could not recognise. */
  readonly lateRepeats: number;
  readonly reads: ReadCounts;
  readonly rebalances: readonly Rebalance[];
  /** Of the lake sinks. */
  readonly sinkRebalances: readonly Rebalance[];
  /** Replicas that ended though nobody killed them, with their last words. */
  readonly crashes: readonly string[];
  readonly audit: Audit;
  readonly lake: LakeAudit;
  /** Of publishing, and of the whole. */
  readonly seconds: { readonly publishing: number; readonly total: number };
}

/** What a run was to have shown, and did not; empty: everything held. */
export function failuresOf(
  { audit, lake, reads, crashes, faults, published, rebalances, sinkRebalances }: ChaosResult,
  { events, faults: planned, rebalanceLimitMs }: Pick<ChaosOptions, 'events' | 'faults' | 'rebalanceLimitMs'>,
): readonly string[] {
  const failures: string[] = [];
  const expect = (held: boolean, what: string): void => {
    if (!held) failures.push(what);
  };
  expect(published.acknowledged === events, `${published.acknowledged} of ${events} events were acknowledged`);
  expect(faults.length === planned, `${faults.length} of ${planned} faults were applied`);
  expect(audit.vanished === 0, `${audit.vanished} acknowledged events vanished from the stream`);
  for (const [what, tiles] of [['users', audit.users] as const, ['population', audit.population] as const]) {
    expect(isExact(tiles), `${what}: ${tiles.lost} lost, ${tiles.double} double, ${tiles.wrongTiles} wrong tiles`);
  }
  expect(
    isExactLake(lake),
    `lake: ${lake.lost} lost, ${lake.double} double, ${lake.wrongLines} wrong lines, ${lake.wrongObjects} wrong objects`,
  );
  expect(reads.failed === 0, `${reads.failed} reads failed`);
  expect(reads.answered > 0, 'no read was answered');
  expect(crashes.length === 0, `${crashes.length} replicas ended by themselves`);
  for (const [what, moves] of [['partitions', rebalances] as const, ['shards of the lake', sinkRebalances] as const]) {
    const late = moves.filter(({ tookMs }) => tookMs === undefined || tookMs > rebalanceLimitMs);
    expect(moves.length > 0, `no ${what} moved`);
    expect(late.length === 0, `${late.length} moves of ${what} took longer than ${rebalanceLimitMs / 1_000} s`);
  }
  return failures;
}

function isExact({ tiles, lost, double, wrongTiles }: TileAudit): boolean {
  return tiles > 0 && lost === 0 && double === 0 && wrongTiles === 0;
}

function isExactLake({ objects, lost, double, wrongLines, wrongObjects }: LakeAudit): boolean {
  return objects > 0 && lost === 0 && double === 0 && wrongLines === 0 && wrongObjects === 0;
}
