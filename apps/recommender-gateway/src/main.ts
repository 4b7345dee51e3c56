import { descriptorSet } from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import {
  checkGrpcServerSettings,
  createGrpcServer,
  resource,
  runService,
  type ServiceContext,
} from '@affinity/service-kit';
import { openModel } from './candidates/open-model';
import { checkImpressions, type GatewayConfig, gatewaySettings } from './config';
import { createArms } from './experiments/arms';
import { openFeatureStore } from './feature-store';
import { createGatewayMeter } from './gateway-meter';
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
  const { preferences, attributes, popularity } = openFeatureStore(context);
  const modelOf = openModel(context, meter);
  const reasonOf = createReasonWriter(config.schema.dimensions);
  const { candidateCount } = config;
  const armOf = createArms(config.experiment, ({ modelWeight, popularityWeight, preferenceWeight, ...campaigns }) => {
    const { candidates, ranks } = modelOf(campaigns);
    const weights = {
      base: modelWeight ?? config.modelWeight,
      popularity: popularityWeight ?? config.popularityWeight,
      preference: preferenceWeight ?? config.preferenceWeight,
    };
    const parts = { preferences, attributes, fallback, popularity, rules: { weights, reasonOf } };
    return {
      recommender: new Recommender({ ...parts, candidates, candidateCount, nowMs }),
      ranker: new ItemRanker({ ...parts, candidates: ranks ? candidates : undefined }),
    };
  });
  const impressions = openImpressions(context);
  const { impressionItems: shownItems } = config;
  const services = [recommendationService({ armOf, meter, impressions, shownItems, nowMs })];
  context.add(createGrpcServer({ settings: config, services, descriptorSet, ...context }));
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
