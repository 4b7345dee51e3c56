import { silentLogger } from '../logging/logger';
import { type Component } from './component';
import { Health } from './health';
import { Lifecycle } from './lifecycle';

function setUp(graceMs = 10_000) {
  const events: string[] = [];
  const health = new Health();
  const lifecycle = new Lifecycle({ logger: silentLogger(), health, graceMs, unreadyMs: 0 });
  const component = (name: string, overrides: Partial<Component> = {}): Component => ({
    name,
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name} ${health.ready ? 'ready' : 'unready'}`),
    ...overrides,
  });
  return { events, health, lifecycle, component };
}

describe('Lifecycle', () => {
  it('starts in order and stops in reverse, unready first', async () => {
    const { events, health, lifecycle, component } = setUp();
    lifecycle.add(component('store'));
    lifecycle.add(component('grpc', { readyFields: () => ({ grpcPort: 7 }) }));
    await lifecycle.start();
    expect(health.ready).toBe(true);
    expect(lifecycle.readyFields()).toEqual({ grpcPort: 7 });
    expect(await lifecycle.stop()).toBe('clean');
    expect(events).toEqual(['start store', 'start grpc', 'stop grpc unready', 'stop store unready']);
  });

  it('stops once, however often it is asked', async () => {
    const { events, lifecycle, component } = setUp();
    lifecycle.add(component('store'));
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(events.filter((event) => event.startsWith('stop'))).toHaveLength(1);
  });

  it('stops what had started when a later component fails to start', async () => {
    const { events, health, lifecycle, component } = setUp();
    lifecycle.add(component('store'));
    lifecycle.add(component('grpc', { start: () => Promise.reject(new Error('port taken')) }));
    await expect(lifecycle.start()).rejects.toThrow('port taken');
    expect(health.ready).toBe(false);
    await lifecycle.stop();
    expect(events).toEqual(['start store', 'stop store unready']);
  });

  it('lets the component at hand finish starting when stopped meanwhile, and starts no more', async () => {
    const { events, lifecycle, component } = setUp();
    let finishStart = (): void => undefined;
    const slowStart = new Promise<void>((resolve) => (finishStart = resolve));
    lifecycle.add(component('store', { start: () => slowStart }));
    lifecycle.add(component('grpc'));
    const started = lifecycle.start();
    const stopped = lifecycle.stop();
    finishStart();
    await Promise.all([started, stopped]);
    expect(events).toEqual(['stop store unready']);
  });

  it('stops the others when one fails to stop', async () => {
    const { events, lifecycle, component } = setUp();
    lifecycle.add(component('store'));
    lifecycle.add(component('grpc', { stop: () => Promise.reject(new Error('stuck')) }));
    await lifecycle.start();
    expect(await lifecycle.stop()).toBe('failed');
    expect(events).toContain('stop store unready');
  });

  it('cuts a stop that exceeds its grace', async () => {
    const { lifecycle, component } = setUp(20);
    const graces: number[] = [];
    const never = new Promise<void>(() => undefined);
    lifecycle.add(component('store', { stop: ({ graceMs }) => (graces.push(graceMs), never) }));
    await lifecycle.start();
    expect(await lifecycle.stop()).toBe('late');
    expect(graces[0]).toBeLessThanOrEqual(20);
  });
});
