import { descriptorSet } from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import { PersonalizeCandidateSource } from '@affinity/personalize';
import {
  checkGrpcServerSettings,
  createGrpcServer,
  resource,
  runService,
  type ServiceContext,
} from '@affinity/service-kit';
import type { Candidates } from './candidates/candidates';
import { GuardedCandidateSource } from './candidates/guarded-candidate-source';
import { checkImpressions, type GatewayConfig, gatewaySettings } from './config';
import { createArms } from './experiments/arms';
import { FairCircuit } from './fair-circuit';
import { openFeatureStore } from './feature-store';
import { createGatewayMeter, type GatewayMeter } from './gateway-meter';
import { openImpressions } from './impressions/open-impressions';
import { ItemRanker } from './item-ranker';
import { EventClock } from './popularity/event-clock';
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
    checks: [checkGrpcServerSettings, checkImpressions],
    process,
  },
  build,
);

async function build(context: ServiceContext<GatewayConfig>): Promise<void> {
  const { config, metrics } = context;
  const meter = createGatewayMeter(metrics, { pricePer1000: config.modelPricePer1000 });
  const { fallback, nowMs } = await openFallback(context);
  const { preferences, attributes } = openFeatureStore(context);
  const modelOf = openModel(context, meter);
  const reasonOf = createReasonWriter(config.schema.dimensions);
  const { candidateCount } = config;
  const armOf = createArms(config.experiment, ({ campaign, modelWeight, preferenceWeight }) => {
    const candidates = modelOf(campaign);
    const weights = {
      base: modelWeight ?? config.modelWeight,
      preference: preferenceWeight ?? config.preferenceWeight,
    };
    const parts = { preferences, attributes, fallback, rules: { weights, reasonOf } };
    const ranks = config.rankingCampaign !== undefined;
    return {
      recommender: new Recommender({ ...parts, candidates, candidateCount, nowMs }),
      ranker: new ItemRanker({ ...parts, candidates: ranks ? candidates : undefined }),
    };
  });
  const impressions = openImpressions(context);
  const services = [recommendationService({ armOf, meter, impressions, shownItems: config.impressionItems })];
  context.add(createGrpcServer({ settings: config, services, descriptorSet, ...context }));
}

/** Candidates of a campaign, the deployment's own unless told; a circuit for each, for they fail apart. */
function openModel(
  context: ServiceContext<GatewayConfig>,
  meter: GatewayMeter,
): (campaign: string | undefined) => Candidates {
  const { config, logger } = context;
  const opened = new Map<string, Candidates>();
  const open = (visitor: string): Candidates => {
    const campaigns = { visitor, related: config.relatedCampaign, ranking: config.rankingCampaign };
    const source = new PersonalizeCandidateSource(config, campaigns);
    context.add(resource('personalize', () => source.close()));
    const onChange = (state: string): void =>
      logger.warn({ state, campaign: visitor }, 'the circuit of Personalize changed');
    const circuit = new FairCircuit({ name: 'Personalize', onChange, fairWaitMs: config.circuitFairWaitMs });
    return new GuardedCandidateSource({ source, circuit, meter });
  };
  return (campaign = config.visitorCampaign) => {
    const source = opened.get(campaign) ?? open(campaign);
    opened.set(campaign, source);
    return source;
  };
}

async function openFallback(
  context: ServiceContext<GatewayConfig>,
): Promise<{ readonly fallback: FallbackItems; readonly nowMs: () => number }> {
  const { config, logger } = context;
  const connection = await connectNats(config, { name, logger });
  context.add(resource('nats', () => connection.close()));
  const nowMs = Date.now;
  const halfLifeMs = config.popularityHalfLifeMinutes * minuteMs;
  const events = new PopularityTable({ halfLifeMs, maxItems: config.popularityMaxItems, nowMs });
  const answers = new PopularityTable({ halfLifeMs, maxItems: config.popularityMaxItems, nowMs });
  const windowMs = config.popularityWindowMinutes * minuteMs;
  const clock = new EventClock(config.schema.clock, nowMs);
  context.add(createEventTail({ connection, table: events, clock, schema: config.schema, windowMs, logger, nowMs }));
  return { fallback: new FallbackItems({ events, answers, nowMs }), nowMs: () => clock.nowMs() };
}
