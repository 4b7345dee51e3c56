import { runChaos } from '../../src/chaos';
import type { ChaosOptions } from '../../src/chaos-options';
import { failuresOf } from '../../src/chaos-result';
import { faultKinds } from '../../src/faults/fault-plan';
import { rebalanceCauses } from '../../src/faults/rebalance-meter';
import { reportLines } from '../../src/report';

const options: ChaosOptions = {
  events: 8_000,
  users: 300,
  rate: 500,
  faults: faultKinds.length,
  seed: 20_261,
  secondsLimit: 240,
  partitions: 8,
  leaseTtlMs: 1_500,
  // Seven times the life of a lease: replicas move within two of them, and the rest is for a machine that does other things.
  rebalanceLimitMs: 10_000,
  longestFaultMs: 1_500,
  readsPerSecond: 50,
};

describe('the system under faults of every kind', () => {
  it('loses nothing, counts nothing twice, and answers every read', async () => {
    const lines: string[] = [];
    const context = { report: (line: string) => void lines.push(line), signal: new AbortController().signal };
    const result = await runChaos(options, context);
    const failures = failuresOf(result, options);
    // The whole story is of use only where something went wrong.
    expect({ failures, story: failures.length === 0 ? [] : [...lines, ...reportLines(result, options)] }).toEqual({
      failures: [],
      story: [],
    });
    expect(new Set(result.faults.map(({ fault }) => fault.kind))).toEqual(new Set(faultKinds));
    expect(new Set(result.rebalances.map(({ cause }) => cause))).toEqual(new Set(rebalanceCauses));
    expect(result.published.acknowledged).toBe(options.events);
    expect(result.published.duplicates).toBeGreaterThan(0);
    expect(result.lateRepeats).toBeGreaterThan(0);
    expect(result.audit.lostMessages).toBeGreaterThan(0);
    expect(result.audit.users.counted).toBeGreaterThan(options.events / 2);
    expect(result.lake.lines).toBeGreaterThanOrEqual(result.audit.messages);
    expect(result.lake.objects).toBeGreaterThan(10);
    expect(result.reads.answered).toBeGreaterThan(100);
  }, 300_000);
});
