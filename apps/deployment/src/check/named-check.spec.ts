import { demand, runChecks } from './named-check';

describe('runChecks', () => {
  it('says of each check what became of it, goes on after a failure, and counts failures', async () => {
    const lines: string[] = [];
    const loses = async (): Promise<string> => {
      demand(false, '3 events are missing');
      return Promise.resolve('');
    };
    const checks = [
      { name: 'sums are right', run: () => Promise.resolve('2 sums') },
      { name: 'nothing is lost', run: loses },
      { name: 'reads answer', run: () => Promise.reject(new Error('no answer')) },
    ];
    expect(await runChecks(checks, (line) => lines.push(line))).toBe(2);
    expect(lines).toEqual([
      'passed  sums are right: 2 sums',
      'FAILED  nothing is lost: 3 events are missing',
      'FAILED  reads answer: no answer',
      '2 of 3 checks failed.',
    ]);
  });

  it('says when all passed', async () => {
    const lines: string[] = [];
    expect(await runChecks([{ name: 'a', run: () => Promise.resolve('b') }], (line) => lines.push(line))).toBe(0);
    expect(lines.at(-1)).toBe('All 1 checks passed.');
  });
});
