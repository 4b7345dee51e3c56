import { descriptorSet } from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import { type CandidateSource, PersonalizeCandidateSource } from '@affinity/personalize';
import {
  checkGrpcServerSettings,
  CircuitBreaker,
  createGrpcServer,
  resource,
  runService,
  type ServiceContext,
} from '@affinity/service-kit';
import { GuardedCandidateSource } from './candidates/guarded-candidate-source';
import { type GatewayConfig, gatewaySettings } from './config';
import { openFeatureStore } from './feature-store';
import { createGatewayMeter, type GatewayMeter } from './gateway-meter';
import { ItemRanker } from './item-ranker';
import { createEventTail } from './popularity/event-tail';
import { FallbackItems } from './popularity/fallback-items';
import { PopularityTable } from './popularity/popularity-table';
import { createReasonWriter } from './ranking/reasons';
import { recommendationService } from './recommendation-handlers';
import { Recommender } from './recommender';

const name = 'recommender-gateway';
const minuteMs = 60_000;

void runService(
  {
    name,
    version: '0.1.0',
    summary: 'Recommends items: the model’s candidates ranked by what the visitor prefers, each with its reason.',
    settings: gatewaySettings,
    checks: [checkGrpcServerSettings],
    process,
  },
  build,
);

async function build(context: ServiceContext<GatewayConfig>): Promise<void> {
  const { config, metrics } = context;
  const meter = createGatewayMeter(metrics);
  const fallback = await openFallback(context);
  const { preferences, attributes } = openFeatureStore(context);
  const candidates = openModel(context, meter);
  const rules = {
    weights: { base: config.modelWeight, preference: config.preferenceWeight },
    reasonOf: createReasonWriter(config.schema.dimensions),
  };
  const { candidateCount } = config;
  const recommender = new Recommender({ candidates, preferences, attributes, fallback, rules, candidateCount });
  const ranks = config.rankingCampaign !== undefined;
  const ranker = new ItemRanker({ candidates: ranks ? candidates : undefined, preferences, fallback, rules });
  const services = [recommendationService({ recommender, ranker, meter })];
  context.add(createGrpcServer({ settings: config, services, descriptorSet, ...context }));
}

function openModel(context: ServiceContext<GatewayConfig>, meter: GatewayMeter): CandidateSource {
  const { config, logger } = context;
  const source = new PersonalizeCandidateSource(config, {
    visitor: config.visitorCampaign,
    related: config.relatedCampaign,
    ranking: config.rankingCampaign,
  });
  context.add(resource('personalize', () => source.close()));
  const onChange = (state: string): void => logger.warn({ state }, 'the circuit of Personalize changed');
  return new GuardedCandidateSource({ source, breaker: new CircuitBreaker({ name: 'Personalize', onChange }), meter });
}

async function openFallback(context: ServiceContext<GatewayConfig>): Promise<FallbackItems> {
  const { config, logger } = context;
  const connection = await connectNats(config, { name, logger });
  context.add(resource('nats', () => connection.close()));
  const nowMs = Date.now;
  const halfLifeMs = config.popularityHalfLifeMinutes * minuteMs;
  const events = new PopularityTable({ halfLifeMs, maxItems: config.popularityMaxItems, nowMs });
  const answers = new PopularityTable({ halfLifeMs, maxItems: config.popularityMaxItems, nowMs });
  const windowMs = config.popularityWindowMinutes * minuteMs;
  context.add(createEventTail({ connection, table: events, schema: config.schema, windowMs, logger, nowMs }));
  return new FallbackItems({ events, answers, nowMs });
}
