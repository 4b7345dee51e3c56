import { Freshness, type ProfileServiceService } from '@affinity/contracts';
import { itemDimensionName } from '@affinity/domain';
import type { CircuitBreaker, GrpcClient } from '@affinity/service-kit';
import type { Visitor } from '../request/visitor';
import { type CallLimits, within } from '../time-budget';
import type { ItemPreferences, PreferenceSource } from './preference-source';

/** What the feature store is asked through. */
export interface GrpcPreferenceSourceOptions {
  readonly client: Pick<GrpcClient<typeof ProfileServiceService>, 'getProfile' | 'scoreItems'>;
  readonly breaker: CircuitBreaker;
  /** Days after which what a visitor did counts half. */
  readonly halfLifeDays: number;
}

/** Preferences of the feature store. */
export class GrpcPreferenceSource implements PreferenceSource {
  constructor(private readonly options: GrpcPreferenceSourceOptions) {}

  /** See PreferenceSource. */
  async seen(visitor: Visitor, limits: CallLimits): Promise<ReadonlySet<string>> {
    const { client, breaker } = this.options;
    const request = {
      profile: visitor.ref,
      query: { dimensions: [itemDimensionName] },
      options: readOptions(visitor),
    };
    const { deadlineAt } = limits;
    const answer = await breaker.run(() =>
      within(limits, (signal) => client.getProfile(request, { deadlineAt, signal })),
    );
    const states = answer.profile?.dimensions.map(({ state }) => state) ?? [];
    return new Set(
      states.flatMap((state) => (state?.$case === 'items' ? state.value.items.map(({ itemId }) => itemId) : [])),
    );
  }

  /** See PreferenceSource. */
  async score(visitor: Visitor, itemIds: readonly string[], limits: CallLimits): Promise<ItemPreferences> {
    const { client, breaker, halfLifeDays } = this.options;
    const request = {
      profile: visitor.ref,
      query: { dimensions: [], decay: { kind: { $case: 'exponential' as const, value: { halfLifeDays } } } },
      options: readOptions(visitor),
      items: itemIds.map((itemId) => ({ itemId, attributes: new Map<string, never>() })),
    };
    const { deadlineAt } = limits;
    const answer = await breaker.run(() =>
      within(limits, (signal) => client.scoreItems(request, { deadlineAt, signal })),
    );
    const known = answer.scores.filter(({ unknownItem }) => !unknownItem);
    return new Map(known.map(({ itemId, contributions }) => [itemId, contributions]));
  }
}

function readOptions({ readToken }: Visitor) {
  return { readToken, freshness: Freshness.ALLOW_STALE };
}
