import { personalizeSettings } from '@affinity/personalize';
import {
  type ConfigOf,
  decimal,
  defaulted,
  deploymentSettings,
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

const featureStoreSettings = {
  featureStoreAddress: defaulted({
    env: 'FEATURE_STORE_ADDRESS',
    schema: text(),
    default: '127.0.0.1:7002',
    doc: 'The feature store: host:port, or any name that gRPC resolves, such as dns:///feature-store:7002',
  }),
  featureStoreTlsCa: textFile({
    env: 'FEATURE_STORE_TLS_CA_FILE',
    doc: 'Authorities (PEM) that sign the feature store; turns TLS on',
  }),
  featureStoreApiKey: secretFile({
    env: 'FEATURE_STORE_API_KEY_FILE',
    doc: 'API key, where the feature store asks for one',
  }),
};

const rankingSettings = {
  modelWeight: defaulted({
    env: 'MODEL_WEIGHT',
    schema: decimal(0, 100),
    default: '1',
    doc: 'How much the model’s standardised score counts in the merge; from offline evaluation',
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

const catalogueSettings = {
  catalogueCacheItems: defaulted({
    env: 'CATALOGUE_CACHE_ITEMS',
    schema: integer(1, 1_000_000),
    default: '50000',
    doc: 'Items whose attributes are kept for diversity caps; the least recently used go first',
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
};

/** The gateway's configuration. */
export type GatewayConfig = ConfigOf<typeof gatewaySettings>;
