import { Checklist } from './checklist';
import { ProgressBar } from './progress-bar';
import { alignColumns } from './report';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => written.push(text) };
}

describe('alignColumns', () => {
  it('lets columns begin at the same place', () => {
    expect(
      alignColumns([
        ['a', 'b'],
        ['long', 'c', 'd'],
      ]),
    ).toEqual(['a     b', 'long  c  d']);
  });
});

describe('Checklist', () => {
  it('holds when everything in it holds, and not when it is empty', () => {
    const checks = new Checklist();
    expect(checks.allHeld).toBe(false);
    checks.add('one', true, '1 of 1');
    expect(checks.allHeld).toBe(true);
    checks.add('two', false, '0 of 1');
    expect(checks.allHeld).toBe(false);
    expect(checks.rows()).toEqual([
      ['ok', 'one', '1 of 1'],
      ['FAILED', 'two', '0 of 1'],
    ]);
  });
});

describe('ProgressBar', () => {
  it('redraws its line on a terminal', () => {
    let nowMs = 0;
    const terminal = stream(true);
    const bar = new ProgressBar({ stream: terminal, total: 200, unit: 'events', now: () => nowMs });
    nowMs = 1_000;
    bar.add(100, 'busy');
    bar.finish();
    expect(terminal.written[0]).toBe(
      '\r  [###############...............]  50 %  100 of 200 events, 100/s, busy\u001b[K',
    );
    expect(terminal.written.at(-1)).toBe('\n');
  });

  it('writes a line now and then where nobody watches', () => {
    let nowMs = 0;
    const file = stream(false);
    const bar = new ProgressBar({ stream: file, total: 100, unit: 'items', now: () => nowMs });
    for (let i = 0; i < 100; i += 1) {
      nowMs += 100;
      bar.add(1);
    }
    expect(file.written).toHaveLength(2);
    expect(file.written[1]).toBe('  [##############################] 100 %  100 of 100 items, 10/s\n');
  });
});
