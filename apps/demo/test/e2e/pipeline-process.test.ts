import { isListening, portsIn, root, runDemo } from './demo-run';
import { join } from 'node:path';

/** Eight commands, each a process of its own. */
const timeoutMs = 540_000;

describe('the pipeline', () => {
  it('replays, curates, exports, trains, evaluates and rebuilds, and leaves no process behind', async () => {
    const { exitCode, output } = await runDemo(
      ['pipeline', '--items', '300', '--visitors', '60', '--events', '2000'],
      timeoutMs,
    );
    expect(output).toContain('Everything held.');
    expect(output).not.toContain('FAILED');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/(\d+) of \1 equal, 0 differing, 0 missing, 0 surplus/);
    const ports = portsIn(output);
    expect(ports.length).toBeGreaterThanOrEqual(8);
    expect(await Promise.all(ports.map(isListening))).toEqual(ports.map(() => false));
  }, 600_000);

  it('fails with one line when the folder is no data set', async () => {
    const { exitCode, output } = await runDemo(['pipeline', '--data', join(root, 'docs')], timeoutMs);
    expect(exitCode).toBe(1);
    expect(output).toContain('items.csv: neither it nor items.csv.gz is in');
  });
});
