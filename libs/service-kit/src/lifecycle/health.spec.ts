import { Health } from './health';

describe('Health', () => {
  it('is ready between start and stop, and never again', () => {
    const health = new Health();
    expect(health.ready).toBe(false);
    health.markServing();
    expect(health.ready).toBe(true);
    health.markStopping();
    health.markServing();
    expect(health.ready).toBe(false);
  });

  it('is vetoed by any component with a problem', () => {
    const health = new Health();
    health.markServing();
    health.report('lake', 'disk is full');
    health.report('nats', 'disconnected');
    health.report('nats', undefined);
    expect(health.ready).toBe(false);
    expect(health.currentProblems).toEqual({ lake: 'disk is full' });
    health.report('lake', undefined);
    expect(health.ready).toBe(true);
  });

  it('tells listeners each change once', () => {
    const health = new Health();
    const heard: boolean[] = [];
    const unsubscribe = health.onChange((ready) => heard.push(ready));
    health.markServing();
    health.report('lake', 'disk is full');
    health.report('lake', 'disk is still full');
    health.report('lake', undefined);
    unsubscribe();
    health.markStopping();
    expect(heard).toEqual([true, false, true]);
  });
});
