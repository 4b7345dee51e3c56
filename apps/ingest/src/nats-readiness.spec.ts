import { Health } from '@affinity/service-kit';
import { createNatsReadiness, type WatchedConnection } from './nats-readiness';

describe('createNatsReadiness', () => {
  it('makes the service unready while the connection is lost', async () => {
    const health = new Health();
    health.markServing();
    const heard: boolean[] = [];
    health.onChange((ready) => heard.push(ready));
    let closed = false;
    const ended = new Promise<void>((resolve) => {
      const connection = {
        status: async function* () {
          for (const type of ['disconnect', 'reconnecting', 'reconnect']) yield { type };
          resolve();
        },
        close: () => Promise.resolve(void (closed = true)),
      } as unknown as WatchedConnection;
      const component = createNatsReadiness(connection, health);
      void component.start().then(() => component.stop({ graceMs: 0 }));
    });
    await ended;
    expect([heard, closed]).toEqual([[false, true], true]);
  });
});
