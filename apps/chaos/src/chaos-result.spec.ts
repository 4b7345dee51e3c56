import { failuresOf, type ChaosResult } from './chaos-result';
import type { Rebalance } from './faults/rebalance-meter';

const tiles = { tiles: 1, counted: 1, lost: 0, double: 0, wrongTiles: 0, findings: [] };
const moved = (tookMs: number | undefined): Rebalance => ({ cause: 'kill', tookMs, sinceCauseMs: 20_000 });
const held: ChaosResult = {
  faults: [],
  published: { acknowledged: 1, retries: 0, repeatsSent: 0, duplicates: 0 },
  lateRepeats: 0,
  reads: { answered: 1, stale: 0, failed: 0, failures: [], latenciesMs: [1], bySource: new Map() },
  rebalances: [moved(10_000)],
  sinkRebalances: [moved(1)],
  crashes: [],
  audit: { messages: 1, lostMessages: 0, vanished: 0, users: tiles, population: tiles },
  lake: { objects: 1, lines: 1, lost: 0, double: 0, wrongLines: 0, wrongObjects: 0, findings: [] },
  seconds: { publishing: 1, total: 1 },
};
const failures = (over: Partial<ChaosResult>): readonly string[] =>
  failuresOf({ ...held, ...over }, { events: 1, faults: 0, rebalanceLimitMs: 10_000 });

describe('failuresOf', () => {
  it('has nothing to say of a run in which everything held', () => {
    expect(failures({})).toEqual([]);
  });

  it('names moves of partitions that took longer than the limit', () => {
    expect(failures({ rebalances: [moved(9_000), moved(10_001)] })).toEqual([
      '1 moves of partitions took longer than 10 s',
    ]);
  });

  it('names moves that were not seen to end', () => {
    expect(failures({ sinkRebalances: [moved(undefined)] })).toEqual([
      '1 moves of shards of the lake took longer than 10 s',
    ]);
  });

  it('wants to have seen moves', () => {
    expect(failures({ rebalances: [] })).toEqual(['no partitions moved']);
  });

  it('names what was lost, counted twice, refused or ended by itself', () => {
    const audit = { ...held.audit, users: { ...tiles, lost: 2 }, vanished: 1 };
    const reads = { ...held.reads, failed: 3 };
    expect(failures({ audit, reads, crashes: ['aggregator 1'] })).toEqual([
      '1 acknowledged events vanished from the stream',
      'users: 2 lost, 0 double, 0 wrong tiles',
      '3 reads failed',
      '1 replicas ended by themselves',
    ]);
  });
});
