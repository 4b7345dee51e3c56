import { createMetrics, Health, unavailable } from '@affinity/service-kit';
import { createEntityMeter } from './entities/entity-meter';
import { createFeedMeter } from './feed-meter';

function setUp() {
  const health = new Health();
  health.markServing();
  return { health, metrics: createMetrics({ service: 'personalize-feed', processMetrics: false }) };
}

describe('the meters of the feed', () => {
  it('say that the service cannot work while calls fail, until one succeeds', () => {
    const { health, metrics } = setUp();
    const meter = createFeedMeter({ metrics, health, nowMs: () => 0 });
    meter.called(unavailable('away'));
    expect(health.ready).toBe(false);
    meter.called(undefined);
    expect(health.ready).toBe(true);
  });

  it('do not go on saying so in a replica that has nothing to send any more', () => {
    const { health, metrics } = setUp();
    const meter = createFeedMeter({ metrics, health, nowMs: () => 0 });
    const entities = createEntityMeter({ metrics, health });
    meter.called(unavailable('away'));
    entities.called('item', unavailable('away'));
    meter.idle();
    expect(Object.keys(health.currentProblems)).toEqual(['personalize-items']);
    entities.idle('item');
    expect(health.ready).toBe(true);
  });
});
