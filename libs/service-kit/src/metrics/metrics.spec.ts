import { createMetrics, latencyBucketsSeconds } from './metrics';

describe('createMetrics', () => {
  it('renders what was counted, labelled with the service', async () => {
    const metrics = createMetrics({ service: 'ingest', processMetrics: false });
    metrics
      .counter({ name: 'affinity_events_total', help: 'Events', labels: ['outcome'] })
      .inc({ outcome: 'accepted' }, 3);
    metrics.gauge({ name: 'affinity_queue_length', help: 'Waiting', read: () => 7 });
    metrics.histogram({ name: 'affinity_flush_seconds', help: 'Flush', buckets: latencyBucketsSeconds }).observe(0.003);
    const text = await metrics.render();
    expect(text).toContain('affinity_events_total{outcome="accepted",service="ingest"} 3');
    expect(text).toContain('affinity_queue_length{service="ingest"} 7');
    expect(text).toContain('affinity_flush_seconds_bucket{le="0.005",service="ingest"} 1');
  });

  it('shows a gauge for the labels that it is read with, and no others of before', async () => {
    const metrics = createMetrics({ service: 'worker', processMetrics: false });
    let lags = [
      { labels: { queue: 'a' }, value: 4 },
      { labels: { queue: 'b' }, value: 2 },
    ];
    metrics.gauge<'queue'>({ name: 'affinity_lag', help: 'Waiting', labels: ['queue'], read: () => lags });
    expect(await metrics.render()).toContain('affinity_lag{queue="a",service="worker"} 4');
    lags = lags.slice(1);
    const text = await metrics.render();
    expect(text).toContain('affinity_lag{queue="b",service="worker"} 2');
    expect(text).not.toContain('queue="a"');
  });

  it('watches the process unless told not to, in a registry of its own', async () => {
    const one = createMetrics({ service: 'a' });
    const two = createMetrics({ service: 'b', processMetrics: false });
    expect(await one.render()).toContain('process_cpu_user_seconds_total');
    expect(await two.render()).not.toContain('process_cpu_user_seconds_total');
  });
});
