import {
  allEventsFilter,
  ContributionSource,
  eventsStream,
  MissingPart,
  StreamRecord,
  type Event,
} from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import { silentLogger } from '@affinity/service-kit';
import { until } from '@affinity/testing';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { readMetric, startGatewaySystem, type GatewaySystem } from './gateway-system';

const experiment = `
name: bolder
variants:
  - { name: control, share: 1 }
  - name: bold
    share: 1
    preference_weight: 5
    popularity_weight: 1
    ranking_campaign: "arn:aws:personalize:eu-central-1:000000000000:campaign/of-another-account"
`;

const items = Object.fromEntries(
  Array.from({ length: 12 }, (_, i) => [`car-${i}`, { colour: ['red', 'blue'][i % 2]!, price: 1_000 * (1 + i) }]),
);

describe('experiments and impressions', () => {
  let system: GatewaySystem;
  let connection: NatsConnection;
  const events: Event[] = [];

  beforeAll(async () => {
    system = await startGatewaySystem({ experiment, gatewayEnv: { AFFINITY_POPULARITY_REFRESH_MS: '200' } });
    connection = await connectNats(
      { natsUrls: [system.stack.addresses.nats.url] },
      {
        name: 'test',
        logger: silentLogger(),
      },
    );
    await follow(connection, events);
    await system.putItems(items);
    for (let user = 0; user < 6; user += 1) await system.view(`crowd-${user}`, ...Object.keys(items));
    await until(
      async () => (await system.recommend('stranger')).items.length >= 10,
      30_000,
      'the model to know the cars',
    );
  }, 120_000);

  afterAll(async () => {
    await connection.close();
    await system.close();
  });

  const impressionOf = (recommendationId: string): Promise<Event> =>
    until(
      () => events.find((event) => event.eventType === 'impression' && event.recommendationId === recommendationId),
      20_000,
      `the impression of ${recommendationId}`,
    );

  it('tells each visitor’s variant in the answer and in the impression, and takes the click back to the model', async () => {
    const variants = new Map<string, string>();
    for (let i = 0; i < 20; i += 1) {
      const userId = `visitor-${i}`;
      const { items: shown, info } = await system.recommend(userId, { maxResults: 5 });
      variants.set(userId, info?.variant ?? '');
      expect(info?.experiment).toBe('bolder');
      const impression = await impressionOf(info?.recommendationId ?? '');
      expect(impression.userId).toBe(userId);
      expect(impression.impression).toEqual(shown.map(({ itemId }) => itemId));
      expect(textOf(impression, 'recommendation_experiment')).toBe('bolder');
      expect(textOf(impression, 'recommendation_variant')).toBe(info?.variant);
    }
    expect([...new Set(variants.values())].sort()).toEqual(['bold', 'control']);
    for (const [userId, variant] of variants) expect((await system.recommend(userId)).info?.variant).toBe(variant);

    const { items: shown, info } = await system.recommend('visitor-0', { maxResults: 5 });
    await system.click('visitor-0', shown[0]!.itemId, info!.recommendationId);
    const isClick = (event: Event): boolean =>
      event.eventType === 'view' && event.recommendationId === info!.recommendationId;
    const click = await until(() => events.find(isClick), 20_000, 'the click');
    expect((await impressionOf(info!.recommendationId)).impression).toContain(click.itemId);
  });

  it('counts popularity beside the model for the variant that weighs it', async () => {
    const { MODEL, POPULARITY } = ContributionSource;
    await until(
      async () => {
        const sources = new Map<string, readonly ContributionSource[]>();
        for (let i = 0; i < 8; i += 1) {
          const { items: shown, info } = await system.recommend(`newcomer-${i}`);
          sources.set(info!.variant, shown[0]!.contributions.map(({ source }) => source).slice(0, 2));
        }
        expect(sources.get('control')).toContain(MODEL);
        expect(sources.get('control')).not.toContain(POPULARITY);
        return sources.get('bold')?.join() === [MODEL, POPULARITY].join();
      },
      10_000,
      'the popular items to be read',
    );
  });

  it('ranks lists by the campaign of the visitor’s variant, and says so in the answer and in the impression', async () => {
    const itemIds = Object.keys(items).slice(0, 5);
    const missing = new Map<string, Set<string>>();
    for (let i = 0; i < 20; i += 1) {
      const userId = `visitor-${i}`;
      const profile = { key: { $case: 'userId' as const, value: userId } };
      const ranked = await system.clients.gateway.rankItems({ profile, itemIds, readToken: '' });
      const { recommendationId = '', experiment, variant = '', missing: parts = [] } = ranked.info ?? {};
      expect(experiment).toBe('bolder');
      missing.set(variant, (missing.get(variant) ?? new Set()).add(parts.join()));
      const impression = await impressionOf(recommendationId);
      expect(impression.impression).toEqual(ranked.items.map(({ itemId }) => itemId));
      expect(textOf(impression, 'recommendation_variant')).toBe(variant);
      expect((await system.recommend(userId)).info?.missing).toEqual([]);
    }
    // The other variant's campaign is not there: only its lists have to do without a model.
    expect(missing).toEqual(
      new Map([
        ['control', new Set([''])],
        ['bold', new Set([MissingPart.MODEL])],
      ]),
    );
  });

  it('answers while ingest is away, and publishes what was shown once it is there again', async () => {
    const { gateway, ingest } = system.services;
    await ingest.kill();
    const answered: string[] = [];
    try {
      for (let i = 0; i < 30; i += 1) {
        const { info } = await system.recommend(`away-${i}`);
        answered.push(info!.recommendationId);
      }
      expect(await readMetric(gateway, 'affinity_gateway_impressions_waiting')).toBeGreaterThan(0);
    } finally {
      await ingest.restart();
    }
    for (const recommendationId of answered) await impressionOf(recommendationId);
    const isSettled = async () => (await readMetric(gateway, 'affinity_gateway_impressions_waiting')) === 0;
    await until(isSettled, 20_000, 'nothing to wait');
    const shown = events.filter(({ eventType }) => eventType === 'impression');
    expect(new Set(shown.map(({ eventId }) => eventId)).size).toBe(shown.length);
    const stored = await readMetric(gateway, 'affinity_gateway_impression_events_total');
    expect(stored).toBe(shown.length);
  });

  it('publishes what waits before it stops', async () => {
    const { info } = await system.recommend('last');
    expect(await system.services.gateway.stop()).toMatchObject({ code: 0 });
    await impressionOf(info!.recommendationId);
    await system.services.gateway.restart();
  });
});

async function follow(connection: NatsConnection, into: Event[]): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(eventsStream, { filter_subjects: [allEventsFilter] });
  const messages = await consumer.consume();
  void (async () => {
    for await (const message of messages) {
      const { record } = StreamRecord.decode(message.data);
      if (record?.$case === 'event' && record.value.event !== undefined) into.push(record.value.event);
    }
  })();
}

function textOf(event: Event, attribute: string): string | undefined {
  const kind = event.attributes.get(attribute)?.kind;
  return kind?.$case === 'stringValue' ? kind.value : undefined;
}
