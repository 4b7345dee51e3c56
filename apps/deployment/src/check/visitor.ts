import { Freshness, type Event, type Preferences, type Profile, type RecommendedItem } from '@affinity/contracts';
import type { RehearsalData } from '../rehearsal-data';
import { demand } from './named-check';
import type { StackClients } from './stack-clients';

/** The gateway's own decay unless it is set otherwise: what reasons say holds under it. */
const halfLifeDays = 14;
const decay = { kind: { $case: 'exponential' as const, value: { halfLifeDays } } };
const recommendedItems = 10;

/** A visitor of a check: views items, reads, and remembers the token of the last views. */
export class Visitor {
  private token = '';
  private views = 0;

  constructor(
    readonly userId: string,
    private readonly clients: StackClients,
  ) {}

  /** Events published so far. */
  get published(): number {
    return this.views;
  }

  /** An event of this visitor. */
  event(over: Partial<Event> = {}): Event {
    return {
      eventId: `${this.userId}-${this.views}`,
      userId: this.userId,
      sessionId: '',
      eventType: 'view',
      itemId: '',
      occurredAt: new Date(),
      attributes: new Map(),
      recommendationId: '',
      impression: [],
      ...over,
    };
  }

  /** Views items. Rejects when one of the events is not accepted. */
  async view(itemIds: readonly string[]): Promise<void> {
    const events = itemIds.map((itemId) => {
      const event = this.event({ itemId });
      this.views += 1;
      return event;
    });
    const { outcomes, readToken } = await this.clients.ingest.publishEvents({ events });
    const others = outcomes.filter(({ outcome }) => outcome?.$case !== 'accepted');
    demand(others.length === 0, `${others.length} events were not accepted: ${JSON.stringify(others[0]?.outcome)}`);
    this.token = readToken;
  }

  /** The profile and whether it covers the last views. */
  async read(): Promise<{ readonly profile: Profile | undefined; readonly covered: boolean }> {
    const { profile, info } = await this.clients.profiles.getProfile(this.request());
    return { profile, covered: info?.tokenCovered === true };
  }

  /** What is known of the visitor, as the gateway sees it. */
  async known(): Promise<{ readonly profile: Profile; readonly preferences: Preferences }> {
    const request = { ...this.request(), query: { dimensions: [], decay } };
    const { profile } = await this.clients.profiles.getProfile(request);
    const { preferences } = await this.clients.profiles.getPreferences({ ...request, maxValues: 1_000 });
    if (profile === undefined || preferences === undefined) throw new Error(`${this.userId} has no profile`);
    return { profile, preferences };
  }

  /** Items for the visitor, the last views taken into account. */
  async recommended(): Promise<readonly RecommendedItem[]> {
    const { items } = await this.clients.recommendations.getRecommendations({
      profile: this.request().profile,
      maxResults: recommendedItems,
      relatedToItemId: '',
      includeSeen: false,
      diversityCaps: [],
      readToken: this.token,
      excludedItemIds: [],
    });
    return items;
  }

  private request() {
    return {
      profile: { key: { $case: 'userId' as const, value: this.userId } },
      options: { readToken: this.token, freshness: Freshness.UNSPECIFIED },
    };
  }
}

/** Items by their value of an attribute, those with the most items first. */
export function itemsByValue(
  items: RehearsalData['items'],
  attribute: string,
): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const [itemId, attributes] of items) {
    const value = String(attributes.get(attribute));
    groups.set(value, [...(groups.get(value) ?? []), itemId]);
  }
  return [...groups].sort(([, left], [, right]) => right.length - left.length);
}
