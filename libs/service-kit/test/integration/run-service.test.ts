import { EventEmitter } from 'node:events';
import { type ServiceContext } from '../../src/lifecycle/service-context';
import { runService } from '../../src/lifecycle/run-service';
import { type ServiceProcess } from '../../src/lifecycle/service-process';
import { serviceSettings } from '../../src/config/service-settings';
import { type ConfigOf } from '../../src/config/setting';
import { deferred, until } from '../until';

type Build = (context: ServiceContext<ConfigOf<typeof serviceSettings>>) => void;

function setUp(env: Record<string, string> = {}, args: readonly string[] = []) {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const printed = { out: '', err: '' };
  const lines: Record<string, unknown>[] = [];
  const host = {
    argv: ['node', 'main.js', ...args],
    env: { AFFINITY_METRICS_PORT: '0', ...env },
    stdout: { write: (text: string) => (printed.out += text) },
    stderr: { write: (text: string) => (printed.err += text) },
    on: (event: string, listener: (error: Error) => void) => emitter.on(event, listener),
    exit: (code: number) => void exits.push(code),
  } satisfies ServiceProcess;
  const run = (build: Build) =>
    runService(
      {
        name: 'echo',
        version: '1.0.0',
        summary: 'echoes',
        settings: serviceSettings,
        process: host,
        logDestination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
      },
      build,
    );
  const exited = () => until(() => exits.length > 0, 5_000, 'the process exits');
  return { emitter, exits, printed, lines, run, exited };
}

const nothing = () => undefined;

describe('runService', () => {
  it('says when it is ready, answers about itself, and exits 0 after a signal', async () => {
    const { emitter, exits, lines, run, exited } = setUp({ AFFINITY_LOG_LEVEL: 'warn', BUILD_VERSION: '2+next' });
    const stops: string[] = [];
    await run(({ add }) => {
      add({
        name: 'worker',
        start: async () => undefined,
        stop: async () => void stops.push('worker'),
        readyFields: () => ({ grpcPort: 7 }),
      });
    });
    const ready = lines.find((line) => line['msg'] === 'ready');
    expect(ready).toMatchObject({
      level: 'info',
      service: 'echo',
      grpcPort: 7,
      metricsPort: expect.any(Number) as number,
    });
    const base = `http://127.0.0.1:${String(ready?.['metricsPort'])}`;
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${base}/readyz`)).json()).toEqual({ ready: true, problems: {} });
    const shown = await (await fetch(`${base}/metrics`)).text();
    expect(shown).toContain('process_cpu_user_seconds_total{service="echo"}');
    expect(shown).toContain('affinity_build_info{version="2+next",service="echo"} 1');
    expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
    emitter.emit('SIGTERM');
    await exited();
    expect(exits).toEqual([0]);
    expect(stops).toEqual(['worker']);
    await expect(fetch(`${base}/healthz`)).rejects.toThrow();
  });

  it('names components with a problem in /readyz', async () => {
    const { emitter, lines, run, exited } = setUp();
    await run(({ health }) => health.report('lake', 'disk is full'));
    const response = await fetch(`http://127.0.0.1:${String(lines.at(-1)?.['metricsPort'])}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, problems: { lake: 'disk is full' } });
    emitter.emit('SIGTERM');
    await exited();
  });

  it('exits 1 at once at the second signal', async () => {
    const { emitter, exits, run } = setUp();
    const { promise: released, resolve: release } = deferred();
    await run(({ add }) => add({ name: 'stuck', start: async () => undefined, stop: () => released }));
    emitter.emit('SIGTERM');
    emitter.emit('SIGINT');
    expect(exits).toEqual([1]);
    release();
    await until(() => exits.length === 2, 5_000, 'everything is closed');
  });

  it('exits 1 when a stop exceeds its grace', async () => {
    const { emitter, exits, lines, run, exited } = setUp({ AFFINITY_SHUTDOWN_GRACE_MS: '20' });
    const { promise: released, resolve: release } = deferred();
    await run(({ add }) => add({ name: 'stuck', start: async () => undefined, stop: () => released }));
    emitter.emit('SIGTERM');
    await exited();
    release();
    expect(exits).toEqual([1]);
    expect(lines.find((line) => line['msg'] === 'stop exceeded its grace')?.['unfinished']).toContain('stuck');
  });

  it.each([
    ['uncaughtException', new Error('bug')],
    ['unhandledRejection', 'bug'],
  ])('exits 1 at %s', async (event, error) => {
    const { emitter, exits, lines, run, exited } = setUp();
    await run(nothing);
    emitter.emit(event, error);
    expect(exits).toEqual([1]);
    expect(lines.at(-1)).toMatchObject({ level: 'fatal', err: { message: 'bug' } });
    emitter.emit('SIGTERM');
    await exited();
    await until(() => exits.length === 2, 5_000, 'everything is closed');
  });

  it('drains and exits 1 when a component fails', async () => {
    const { exits, lines, run, exited } = setUp();
    const stops: string[] = [];
    await run((context) => {
      const start = async () => context.fail(new Error('lease lost'));
      context.add({ name: 'worker', start, stop: async () => void stops.push('worker') });
    });
    await exited();
    expect(exits).toEqual([1]);
    expect(stops).toEqual(['worker']);
    expect(lines.some((line) => line['msg'] === 'ready')).toBe(false);
  });

  it('exits 1 when a component does not start', async () => {
    const { exits, run, exited } = setUp();
    await run(({ add }) =>
      add({ name: 'bad', start: () => Promise.reject(new Error('no')), stop: async () => undefined }),
    );
    await exited();
    expect(exits).toEqual([1]);
  });

  it('prints help, and refuses a wrong configuration with all problems', async () => {
    const help = setUp({}, ['--help']);
    await help.run(nothing);
    expect(help.printed.out).toContain('AFFINITY_METRICS_PORT');
    expect(help.exits).toEqual([0]);
    const wrong = setUp({ AFFINITY_LOG_LEVEL: 'loud', AFFINITY_LOGLEVEL: 'info' });
    await wrong.run(nothing);
    expect(wrong.exits).toEqual([2]);
    expect(wrong.printed.err).toContain('AFFINITY_LOG_LEVEL: must be one of');
    expect(wrong.printed.err).toContain('did you mean AFFINITY_LOG_LEVEL?');
  });
});
