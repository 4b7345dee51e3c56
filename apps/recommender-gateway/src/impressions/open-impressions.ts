import { IngestServiceClient } from '@affinity/contracts';
import { createGrpcClient, resource, type ServiceContext } from '@affinity/service-kit';
import type { GatewayConfig } from '../config';
import type { Impression } from './impression-events';
import { createImpressionMeter } from './impression-meter';
import { ImpressionPublisher } from './impression-publisher';

/** Is told what visitors were shown; never waits, never fails. */
export type ImpressionSink = (impression: Impression) => void;

/** Opens the way of impressions to ingest; a sink that forgets them when this deployment has none. */
export function openImpressions(context: ServiceContext<GatewayConfig>): ImpressionSink {
  const { config, logger, metrics } = context;
  const { ingestAddress: address, ingestTlsCa: ca, ingestApiKey: apiKey } = config;
  if (address === undefined) return () => undefined;
  const ingest = createGrpcClient(IngestServiceClient, {
    address,
    defaultDeadlineMs: 5_000,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  context.add(resource('ingest', () => ingest.close()));
  const publisher = new ImpressionPublisher({
    ingest,
    eventType: config.impressionEventType,
    maxWaiting: config.impressionMaxWaiting,
    meter: createImpressionMeter(metrics),
    logger,
  });
  metrics.gauge({
    name: 'affinity_gateway_impressions_waiting',
    help: 'Impression events that ingest has not taken yet',
    read: () => publisher.backlog,
  });
  context.add(publisher);
  return (impression) => publisher.offer(impression);
}
