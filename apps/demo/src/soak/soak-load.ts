import type { Event } from '@affinity/contracts';
import { callSteadily, fromUnknown } from '@affinity/service-kit';
import { seededRandom } from '@affinity/testing';
import type { DemoClients } from '../demo-clients';
import type { KnownData } from '../story/known-data';

/** How much of everything is asked of a system, a second. */
export interface SoakRates {
  readonly events: number;
  readonly reads: number;
  readonly recommendations: number;
}

/** What was asked so far. */
export interface SoakCounts {
  readonly events: number;
  readonly reads: number;
  readonly recommendations: number;
  readonly failed: number;
  /** The first failures, in words. */
  readonly failures: readonly string[];
}

const eventsPerCall = 10;
const keptFailures = 5;

/** Events, reads and recommendations of a data set's visitors and items at steady rates, over and over. */
export class SoakLoad {
  private readonly random = seededRandom(1);
  private readonly visitors: readonly string[];
  private readonly items: readonly string[];
  private readonly failures: string[] = [];
  private made = 0;
  private done = { events: 0, reads: 0, recommendations: 0, failed: 0 };

  constructor(
    private readonly clients: DemoClients,
    data: KnownData,
    private readonly rates: SoakRates,
  ) {
    this.visitors = [...new Set(data.interactions.flatMap(({ userId }) => (userId === '' ? [] : [userId])))];
    this.items = [...data.items.keys()];
  }

  /** What was asked so far. */
  get counts(): SoakCounts {
    return { ...this.done, failures: this.failures };
  }

  /** Asks until the signal aborts; resolves when all is answered. */
  async run(signal: AbortSignal): Promise<void> {
    const { events, reads, recommendations } = this.rates;
    const keep = (perSecond: number, call: () => Promise<void>): Promise<void> =>
      callSteadily(() => call().catch((error: unknown) => this.note(error)), { perSecond, signal });
    await Promise.all([
      keep(events / eventsPerCall, () => this.publish()),
      keep(reads, () => this.read()),
      keep(recommendations, () => this.recommend()),
    ]);
  }

  private async publish(): Promise<void> {
    const events = Array.from({ length: eventsPerCall }, () => this.nextEvent());
    const { outcomes } = await this.clients.ingest.publishEvents({ events });
    this.done.events += outcomes.filter(({ outcome }) => outcome?.$case === 'accepted').length;
  }

  private async read(): Promise<void> {
    await this.clients.profiles.getProfile({ profile: this.anyone(), query: { dimensions: [] } });
    this.done.reads += 1;
  }

  private async recommend(): Promise<void> {
    const question = { relatedToItemId: '', includeSeen: true, diversityCaps: [], readToken: '', excludedItemIds: [] };
    await this.clients.recommendations.getRecommendations({ profile: this.anyone(), maxResults: 20, ...question });
    this.done.recommendations += 1;
  }

  private nextEvent(): Event {
    this.made += 1;
    return {
      eventId: `soak-${this.made}`,
      userId: this.one(this.visitors),
      sessionId: `session-${this.made % 1_000}`,
      eventType: 'view',
      itemId: this.one(this.items),
      occurredAt: new Date(),
      attributes: new Map(),
      recommendationId: '',
      impression: [],
    };
  }

  private anyone() {
    return { key: { $case: 'userId' as const, value: this.one(this.visitors) } };
  }

  private one(list: readonly string[]): string {
    return list[Math.floor(this.random() * list.length)] ?? '';
  }

  private note(error: unknown): void {
    const { code, message } = fromUnknown(error);
    this.done.failed += 1;
    if (this.failures.length < keptFailures) this.failures.push(`${code}: ${message}`);
  }
}
