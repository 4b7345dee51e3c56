import { ItemServiceClient, ProfileServiceClient } from '@affinity/contracts';
import { createGrpcClient, resource, type ServiceContext } from '@affinity/service-kit';
import { CachedItemAttributes } from './catalogue/cached-item-attributes';
import type { ItemAttributes } from './catalogue/item-attributes';
import type { GatewayConfig } from './config';
import { FairCircuit } from './fair-circuit';
import { type ItemPopularity, ReadPopularity } from './popularity/item-popularity';
import { GrpcPreferenceSource } from './preferences/grpc-preference-source';
import type { PreferenceSource } from './preferences/preference-source';

/** As many as the feature store lists. */
const popularItemsRead = 10_000;

/** Opens what the gateway needs of the feature store; one circuit for all of it, because it is one service. */
export function openFeatureStore(context: ServiceContext<GatewayConfig>): {
  readonly preferences: PreferenceSource;
  readonly attributes: ItemAttributes;
  readonly popularity: ItemPopularity;
} {
  const { config, logger } = context;
  const { featureStoreAddress: address, featureStoreTlsCa: ca, featureStoreApiKey: apiKey } = config;
  const options = {
    address,
    defaultDeadlineMs: 1_000,
    maxMessageBytes: config.grpcMaxMessageBytes,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
  const profiles = createGrpcClient(ProfileServiceClient, options);
  const items = createGrpcClient(ItemServiceClient, options);
  context.add(
    resource('feature-store', () => {
      profiles.close();
      items.close();
    }),
  );
  const popularity = new ReadPopularity({
    fetchItems: async () => (await items.listPopularItems({ maxResults: popularItemsRead })).items,
    refreshMs: config.popularityRefreshMs,
    logger,
  });
  if (countsPopularity(config)) context.add(popularity);
  const onChange = (state: string): void => logger.warn({ state }, 'the circuit of the feature store changed');
  const circuit = new FairCircuit({ name: 'feature-store', onChange, fairWaitMs: config.circuitFairWaitMs });
  return {
    popularity,
    preferences: new GrpcPreferenceSource({
      client: profiles,
      circuit,
      halfLifeDays: config.preferenceHalfLifeDays,
      scoredAttributes: new Set(config.schema.dimensions.flatMap((one) => (one.kind === 'item' ? [] : one.source))),
    }),
    attributes: new CachedItemAttributes({
      fetchItems: async (itemIds, limits) => {
        const { deadlineAt } = limits;
        const request = { itemIds: [...itemIds] };
        return (await circuit.run(limits, (signal) => items.getItems(request, { deadlineAt, signal }))).items;
      },
      maxItems: config.catalogueCacheItems,
      ttlMs: config.catalogueCacheMs,
    }),
  };
}

/** Whether it counts for any visitor. */
function countsPopularity({ popularityWeight, experiment }: GatewayConfig): boolean {
  const weights = experiment?.variants.map((variant) => variant.popularityWeight ?? popularityWeight) ?? [
    popularityWeight,
  ];
  return weights.some((weight) => weight > 0);
}
