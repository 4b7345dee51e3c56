import { personalizeSettings } from '@affinity/personalize';
import {
  type ConfigOf,
  decimal,
  defaulted,
  deploymentSettings,
  featureStoreSettings,
  grpcServerSettings,
  integer,
  natsSettings,
  optional,
  required,
  secretFile,
  serviceSettings,
  text,
  textFile,
} from '@affinity/service-kit';
import { experimentSetting } from './experiments/experiment-setting';

const campaignSettings = {
  visitorCampaign: required({
    env: 'PERSONALIZE_CAMPAIGN_ARN',
    schema: text(256),
    doc: 'Campaign of a USER_PERSONALIZATION recipe: items for a visitor',
  }),
  relatedCampaign: optional({
    env: 'PERSONALIZE_RELATED_CAMPAIGN_ARN',
    schema: text(256),
    doc: 'Campaign of a RELATED_ITEMS recipe; without it, related items are popular ones',
  }),
  rankingCampaign: optional({
    env: 'PERSONALIZE_RANKING_CAMPAIGN_ARN',
    schema: text(256),
    doc: 'Campaign of a PERSONALIZED_RANKING recipe; without it, lists are ranked by preference alone',
  }),
};

const rankingSettings = {
  modelWeight: defaulted({
    env: 'MODEL_WEIGHT',
    schema: decimal(0, 100),
    default: '1',
    doc: 'How much the model’s standardised score counts in the merge; from offline evaluation',
  }),
  popularityWeight: defaulted({
    env: 'POPULARITY_WEIGHT',
    schema: decimal(0, 100),
    default: '0',
    doc: 'How much an item’s standardised popularity over the retention counts in the merge, and whether popular items are candidates beside the model’s; from offline evaluation',
  }),
  popularityRefreshMs: defaulted({
    env: 'POPULARITY_REFRESH_MS',
    schema: integer(100, 3_600_000),
    default: '60000',
    doc: 'Milliseconds between readings of the popular items, where popularity counts',
  }),
  preferenceWeight: defaulted({
    env: 'PREFERENCE_WEIGHT',
    schema: decimal(0, 100),
    default: '1',
    doc: 'How much the preference’s standardised score counts in the merge; from offline evaluation',
  }),
  preferenceHalfLifeDays: defaulted({
    env: 'PREFERENCE_HALF_LIFE_DAYS',
    schema: decimal(0.01, 36_500),
    default: '14',
    doc: 'Days after which what a visitor did counts half for what they prefer now',
  }),
  candidateCount: defaulted({
    env: 'CANDIDATE_COUNT',
    schema: integer(1, 500),
    default: '200',
    doc: 'Candidates that are asked of the model and ranked; more where a request needs them',
  }),
};

const fallbackSettings = {
  popularityWindowMinutes: defaulted({
    env: 'POPULARITY_WINDOW_MINUTES',
    schema: integer(1, 525_600),
    default: '1440',
    doc: 'Minutes of the event stream that are read at start for the fallback’s popular items',
  }),
  popularityHalfLifeMinutes: defaulted({
    env: 'POPULARITY_HALF_LIFE_MINUTES',
    schema: decimal(0.01, 525_600),
    default: '360',
    doc: 'Minutes after which an event counts half for the fallback’s popular items',
  }),
  popularityMaxItems: defaulted({
    env: 'POPULARITY_MAX_ITEMS',
    schema: integer(100, 1_000_000),
    default: '20000',
    doc: 'Items whose popularity is kept; the least popular go first',
  }),
};

const circuitSettings = {
  circuitFairWaitMs: defaulted({
    env: 'CIRCUIT_FAIR_WAIT_MS',
    schema: integer(0, 60_000),
    default: '50',
    doc: 'Milliseconds that a call must have waited before its being cut counts against Personalize or the feature store',
  }),
};

const costSettings = {
  modelPricePer1000: optional({
    env: 'MODEL_PRICE_PER_1000',
    schema: decimal(0, 1_000_000),
    doc: 'What Personalize charges for 1,000 requests, see its price list; without it, calls are counted but not priced',
  }),
};

const impressionSettings = {
  ingestAddress: optional({
    env: 'INGEST_ADDRESS',
    schema: text(),
    doc: 'Ingest, host:port or any name that gRPC resolves; without it, impressions are not published',
  }),
  ingestTlsCa: textFile({ env: 'INGEST_TLS_CA_FILE', doc: 'Authorities (PEM) that sign ingest; turns TLS on' }),
  ingestApiKey: secretFile({ env: 'INGEST_API_KEY_FILE', doc: 'API key, where ingest asks for one' }),
  impressionEventType: defaulted({
    env: 'IMPRESSION_EVENT_TYPE',
    schema: text(64),
    default: 'impression',
    doc: 'Event type of impressions; the schema must have it with weight 0 and without an item',
  }),
  impressionItems: defaulted({
    env: 'IMPRESSION_ITEMS',
    schema: integer(1, 500),
    default: '25',
    doc: 'Items of an answer, from the top, that count as shown',
  }),
  impressionMaxWaiting: defaulted({
    env: 'IMPRESSION_MAX_WAITING',
    schema: integer(1, 1_000_000),
    default: '10000',
    doc: 'Impression events kept while ingest is away, about 1 kB each; more are dropped and counted',
  }),
};

const catalogueSettings = {
  catalogueCacheItems: defaulted({
    env: 'CATALOGUE_CACHE_ITEMS',
    schema: integer(1, 1_000_000),
    default: '50000',
    doc: 'Items whose attributes are kept; the least recently used go first',
  }),
  catalogueCacheMs: defaulted({
    env: 'CATALOGUE_CACHE_MS',
    schema: integer(0, 86_400_000),
    default: '60000',
    doc: 'Milliseconds that an item’s attributes are taken for current',
  }),
};

/** Settings of the recommender gateway. */
export const gatewaySettings = {
  ...serviceSettings,
  ...grpcServerSettings('7003'),
  ...deploymentSettings,
  ...natsSettings,
  ...personalizeSettings,
  ...campaignSettings,
  ...featureStoreSettings,
  ...rankingSettings,
  ...fallbackSettings,
  ...catalogueSettings,
  ...circuitSettings,
  ...costSettings,
  ...impressionSettings,
  experiment: experimentSetting,
};

/** The gateway's configuration. */
export type GatewayConfig = ConfigOf<typeof gatewaySettings>;

/** Finds contradictions between the settings of impressions and the schema. */
export function checkImpressions({ ingestAddress, impressionEventType, schema }: GatewayConfig): readonly string[] {
  if (ingestAddress === undefined) return [];
  const type = schema.eventTypes.get(impressionEventType);
  if (type?.weight === 0 && !type.requiresItem) return [];
  const wanted = `"${impressionEventType}: { weight: 0, requires_item: false }"`;
  return [
    `IMPRESSION_EVENT_TYPE: the schema must have ${wanted} among its event types for impressions to be published`,
  ];
}
