import { type AttributeValue, Freshness, type ProfileServiceService, toAttributes } from '@affinity/contracts';
import { itemDimensionName } from '@affinity/domain';
import type { GrpcClient } from '@affinity/service-kit';
import type { Attributes } from '../catalogue/item-attributes';
import type { FairCircuit } from '../fair-circuit';
import type { Visitor } from '../request/visitor';
import type { CallLimits } from '../time-budget';
import type { ItemPreferences, ItemsToScore, PreferenceSource } from './preference-source';

/** What the feature store is asked through. */
export interface GrpcPreferenceSourceOptions {
  readonly client: Pick<GrpcClient<typeof ProfileServiceService>, 'getProfile' | 'scoreItems'>;
  readonly circuit: FairCircuit;
  /** Days after which what a visitor did counts half. */
  readonly halfLifeDays: number;
  /** The attributes that preferences are about. */
  readonly scoredAttributes: ReadonlySet<string>;
}

type MessageAttributes = Map<string, AttributeValue>;

/** Preferences of the feature store. */
export class GrpcPreferenceSource implements PreferenceSource {
  /** The same attributes are sent with call after call for as long as the catalogue's cache holds them. */
  private readonly messages = new WeakMap<Attributes, MessageAttributes>();

  constructor(private readonly options: GrpcPreferenceSourceOptions) {}

  /** See PreferenceSource. */
  async seen(visitor: Visitor, limits: CallLimits): Promise<ReadonlySet<string>> {
    const { client, circuit } = this.options;
    const request = {
      profile: visitor.ref,
      query: { dimensions: [itemDimensionName] },
      options: readOptions(visitor),
    };
    const { deadlineAt } = limits;
    const answer = await circuit.run(limits, (signal) => client.getProfile(request, { deadlineAt, signal }));
    const states = answer.profile?.dimensions.map(({ state }) => state) ?? [];
    return new Set(
      states.flatMap((state) => (state?.$case === 'items' ? state.value.items.map(({ itemId }) => itemId) : [])),
    );
  }

  /** See PreferenceSource. */
  async score(visitor: Visitor, { itemIds, attributes }: ItemsToScore, limits: CallLimits): Promise<ItemPreferences> {
    const { client, circuit, halfLifeDays } = this.options;
    const request = {
      profile: visitor.ref,
      query: { dimensions: [], decay: { kind: { $case: 'exponential' as const, value: { halfLifeDays } } } },
      options: readOptions(visitor),
      items: itemIds.map((itemId) => ({ itemId, attributes: this.messageOf(attributes.get(itemId)) })),
    };
    const { deadlineAt } = limits;
    const answer = await circuit.run(limits, (signal) => client.scoreItems(request, { deadlineAt, signal }));
    const known = answer.scores.filter(({ unknownItem }) => !unknownItem);
    return new Map(known.map(({ itemId, contributions }) => [itemId, contributions]));
  }

  /** Empty: the feature store looks into the catalogue itself. */
  private messageOf(attributes: Attributes = noAttributes): MessageAttributes {
    const made = this.messages.get(attributes);
    if (made !== undefined) return made;
    const message = toAttributes(new Map([...attributes].filter(([name]) => this.options.scoredAttributes.has(name))));
    this.messages.set(attributes, message);
    return message;
  }
}

const noAttributes: Attributes = new Map();

function readOptions({ readToken }: Visitor) {
  return { readToken, freshness: Freshness.ALLOW_STALE };
}
