import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeoutMs = 240_000;
const root = join(__dirname, '../../../..');

interface DemoRun {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs the demo as its own process, as `make demo` does. */
async function runDemo(...args: readonly string[]): Promise<DemoRun> {
  await run(process.execPath, ['tools/bundle.mjs', 'demo'], { cwd: root });
  try {
    const { stdout } = await run(process.execPath, ['dist/apps/demo/main.cjs', 'demo', ...args], {
      cwd: root,
      timeout: timeoutMs,
    });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    return { exitCode: typeof code === 'number' ? code : -1, output: stdout + stderr };
  }
}

/** The ports of all processes in the table that the demo prints. */
function portsIn(output: string): readonly number[] {
  return [...output.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

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
    const { exitCode, output } = await runDemo('--items', '600', '--visitors', '80', '--events', '3000');
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
      const { exitCode, output } = await runDemo('--data', dir);
      expect(output).toContain('clock: newest-event');
      expect(output).toContain('Everything held.');
      expect(exitCode).toBe(0);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('fails with one line when the folder is no data set', async () => {
    const { exitCode, output } = await runDemo('--data', join(root, 'docs'));
    expect(exitCode).toBe(1);
    expect(output).toContain('items.csv: neither it nor items.csv.gz is in');
  });
});
