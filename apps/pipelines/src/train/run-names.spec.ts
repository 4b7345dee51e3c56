import { formatDay, parseDay } from '@affinity/domain';
import { campaignName, campaignKinds, nameIn, runDateOf, runLabel, solutionArnOf, solutionName } from './run-names';

const day = parseDay('2026-11-20')!;
const file = { key: 'k', rows: 1, bytes: 1, sha256: 'ab' };

describe('names of a run', () => {
  it('follow from its date and its files alone, and can be read again', () => {
    const label = runLabel(day, { files: [file] });
    expect(label).toMatch(/^20261120-[0-9a-f]{8}$/);
    expect(runLabel(day, { files: [file] })).toBe(label);
    expect(runLabel(day, { files: [{ ...file, sha256: 'cd' }] })).not.toBe(label);
    const solution = solutionName('affinity-related-items', label);
    expect(formatDay(runDateOf(solution, 'affinity-related-items')!)).toBe('2026-11-20');
    expect(runDateOf(solution, 'affinity')).toBeUndefined();
    expect(runDateOf('affinity-related-items', 'affinity-related-items')).toBeUndefined();
  });

  it('fit into the 63 characters that Personalize allows', () => {
    const longest = campaignKinds.map((kind) =>
      solutionName(campaignName('g'.repeat(24), kind), runLabel(day, { files: [] })),
    );
    expect(Math.max(...longest.map(({ length }) => length))).toBeLessThanOrEqual(63);
  });

  it('of a version tell its solution', () => {
    const arn = 'arn:aws:personalize:eu-central-1:000000000000:solution/ring/1a2b3c4d';
    expect(nameIn(solutionArnOf(arn))).toBe('ring');
  });
});
