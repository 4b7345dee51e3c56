import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startServiceProcess, until } from '../../src';

/** A service in miniature: says what it was given, and takes a while to drain. */
const SERVICE = `
  console.log('not JSON');
  const server = require('node:http').createServer((_, answer) => answer.end('here')).listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ msg: 'ready', httpPort: server.address().port, given: process.env.GIVEN, leaked: process.env.LEAKED })));
  process.on('SIGTERM', () => { console.log('draining'); server.close(() => process.exit(0)); server.closeAllConnections(); });
`;

describe('startServiceProcess', () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-process-'));
    script = join(folder, 'service.cjs');
    await writeFile(script, SERVICE);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const answer = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}`)).text();

  it('hands over the environment that was given and no other, and reads the ready line', async () => {
    process.env['LEAKED'] = 'yes';
    const service = await startServiceProcess({ app: 'mini', script, env: { GIVEN: 'this' } });
    delete process.env['LEAKED'];
    expect(service.ready).toMatchObject({ given: 'this' });
    expect(service.ready).not.toHaveProperty('leaked');
    expect(await answer(service.port('httpPort'))).toBe('here');
    expect(() => service.port('grpcPort')).toThrow(/told no grpcPort/);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(service.logs()).toContain('draining');
  });

  it('kills, restarts, pauses and resumes', async () => {
    const service = await startServiceProcess({ app: 'mini', script, env: {} });
    try {
      const firstPid = service.pid;
      expect(await service.kill()).toEqual({ code: null, signal: 'SIGKILL' });
      await service.restart();
      expect(service.pid).not.toBe(firstPid);
      service.pause();
      let answered = false;
      const pending = answer(service.port('httpPort')).then((text) => ((answered = true), text));
      await expect(until(() => answered, 300, 'an answer')).rejects.toThrow('in vain');
      service.resume();
      expect(await pending).toBe('here');
      service.pause();
    } finally {
      expect(await service.stop()).toEqual({ code: 0, signal: null });
    }
  });

  it('shows the last output of a process that ends before it is ready', async () => {
    const failing = join(folder, 'failing.cjs');
    await writeFile(failing, `console.error('the port is taken'); process.exit(3);`);
    const attempt = startServiceProcess({ app: 'failing', script: failing, env: {} });
    await expect(attempt).rejects.toThrow(/ended before it was ready \(code 3\)[^]*the port is taken/);
  });

  it('lets no child outlive a parent that was killed', async () => {
    const parent = join(folder, 'parent.cjs');
    await build({
      stdin: {
        contents: `
          import { startServiceProcess } from '@affinity/testing';
          startServiceProcess({ app: 'mini', script: ${JSON.stringify(script)}, env: {} }).then(({ pid }) => process.send(pid));`,
        resolveDir: __dirname,
      },
      outfile: parent,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['@affinity/source'],
      external: ['testcontainers'],
    });
    const child = fork(parent, { stdio: 'ignore' });
    const orphan = await new Promise<number>((resolve, reject) => {
      child.once('message', (pid) => resolve(Number(pid)));
      child.once('exit', () => reject(new Error('the parent ended early')));
    });
    expect(isAlive(orphan)).toBe(true);
    child.kill('SIGKILL');
    await until(() => !isAlive(orphan), 10_000, 'the orphan to be gone');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
