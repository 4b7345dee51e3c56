import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isListening, portsIn, root, runDemo } from './demo-run';

/** A small shop without a schema: two columns of texts, one of numbers, one with several values. */
async function writeShop(dir: string): Promise<void> {
  const items = Array.from({ length: 120 }, (_, i) => {
    const colours = i % 4 === 0 ? 'red|green' : ['red', 'green', 'blue'][i % 3];
    return `p${i},${['tools', 'toys', 'books'][i % 3]},${colours},${(i * 7) % 50}`;
  });
  const start = Date.UTC(2011, 4, 3) / 1_000;
  const interactions = Array.from({ length: 1_500 }, (_, i) => {
    const type = i % 9 === 0 ? 'purchase' : 'view';
    return `c${(i * i) % 40},p${(i * 31) % 120},${start + i * 1_000},${type}`;
  });
  await writeFile(join(dir, 'items.csv'), ['item_id,category,colours,price', ...items, ''].join('\n'));
  await writeFile(
    join(dir, 'interactions.csv'),
    ['user_id,item_id,timestamp,event_type', ...interactions, ''].join('\n'),
  );
}

describe('the demo', () => {
  it('replays a generated marketplace, shows that everything holds and leaves no process behind', async () => {
    const { exitCode, output } = await runDemo(['demo', '--items', '600', '--visitors', '80', '--events', '3000']);
    expect(output).toContain('Everything held.');
    expect(output).not.toContain('FAILED');
    expect(exitCode).toBe(0);
    const ports = portsIn(output);
    expect(ports.length).toBeGreaterThanOrEqual(8);
    expect(await Promise.all(ports.map(isListening))).toEqual(ports.map(() => false));
  });

  it('replays a data set folder with historical data and no schema, whose schema it derives and prints', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'affinity-shop-'));
    try {
      await writeShop(dir);
      const { exitCode, output } = await runDemo(['demo', '--data', dir]);
      expect(output).toContain('clock: newest-event');
      expect(output).toContain('Everything held.');
      expect(exitCode).toBe(0);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('fails with one line when the folder is no data set', async () => {
    const { exitCode, output } = await runDemo(['demo', '--data', join(root, 'docs')]);
    expect(exitCode).toBe(1);
    expect(output).toContain('items.csv: neither it nor items.csv.gz is in');
  });
});
