import {
  AnswerSource,
  Freshness,
  IngestServiceClient,
  ItemServiceClient,
  ProfileServiceClient,
  toAttributes,
  UserServiceClient,
  type Event,
  type LookupProfilesRequest,
} from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import { createGrpcClient } from '@affinity/service-kit';
import {
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  uniqueName,
  until,
  type BackingStack,
  type ServiceProcess,
} from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const schemaYaml = `
version: "1"
event_types: { view: 1, park: 5 }
dimensions:
  - { name: colour, kind: categorical, prior_strength: 5 }
  - { name: price, kind: numeric }
  - { name: price_range, kind: range, source: price, edges: [1000, 5000, 20000] }
`;

let counter = 0;

function event(userId: string, itemId: string, over: Partial<Event> = {}): Event {
  counter += 1;
  return {
    eventId: `e${counter}`,
    userId,
    sessionId: 's',
    eventType: 'view',
    itemId,
    occurredAt: new Date(),
    attributes: new Map(),
    recommendationId: '',
    impression: [],
    ...over,
  };
}

const item = (itemId: string, attributes: Record<string, AttributeValue>) => ({
  itemId,
  attributes: toAttributes(new Map(Object.entries(attributes))),
});

describe('feature-store', () => {
  let stack: BackingStack<'nats' | 'redis' | 'dynamodb'>;
  let folder: string;
  let services: { ingest: ServiceProcess; aggregator: ServiceProcess; store: ServiceProcess };
  const clients: { close(): void }[] = [];
  let api: ReturnType<typeof connect>;

  function connect() {
    const options = (service: ServiceProcess) => ({
      address: `127.0.0.1:${service.port('grpcPort')}`,
      defaultDeadlineMs: 5_000,
    });
    const made = {
      ingest: createGrpcClient(IngestServiceClient, options(services.ingest)),
      profiles: createGrpcClient(ProfileServiceClient, options(services.store)),
      items: createGrpcClient(ItemServiceClient, options(services.store)),
      users: createGrpcClient(UserServiceClient, options(services.store)),
    };
    clients.push(...Object.values(made));
    return made;
  }

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'] });
    folder = await mkdtemp(join(tmpdir(), 'affinity-feature-store-'));
    const schemaFile = join(folder, 'schema.yaml');
    await writeFile(schemaFile, schemaYaml);
    const shared = { schemaFile, tablePrefix: `${uniqueName('t')}-`, partitions: 8 };
    const env = serviceEnvironment(stack.addresses, shared);
    const start = (app: string, more: Record<string, string>) => startServiceProcess({ app, env: { ...env, ...more } });
    const aggregator = await start('profile-aggregator', { AFFINITY_POPULATION_FLUSH_MS: '200' });
    const store = await start('feature-store', {
      AFFINITY_GRPC_PORT: '0',
      AFFINITY_POPULATION_REFRESH_MS: '300',
      AFFINITY_MEMORY_REVALIDATE_MS: '0',
    });
    const { nats, dynamodb } = stack.addresses;
    const ingestEnv = { ...serviceEnvironment({ nats, dynamodb }, shared), AFFINITY_GRPC_PORT: '0' };
    const ingest = await startServiceProcess({ app: 'ingest', env: ingestEnv });
    services = { ingest, aggregator, store };
    api = connect();
    await api.items.putItems({
      items: [
        item('red-car', { colour: 'red', price: 4_000 }),
        item('blue-car', { colour: 'blue', price: 30_000 }),
        item('green-car', { colour: 'green', price: 9_000 }),
      ],
    });
  }, 120_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    await Promise.all(Object.values(services).map((service) => service.kill()));
    await stack.stop();
    await rm(folder, { recursive: true });
  });

  const user = (userId: string) => ({ key: { $case: 'userId' as const, value: userId } });

  async function view(...events: Event[]): Promise<string> {
    const { outcomes, readToken } = await api.ingest.publishEvents({ events });
    expect(outcomes.map(({ outcome }) => outcome?.$case)).toEqual(events.map(() => 'accepted'));
    return readToken;
  }

  it('shows an event to a read with its token, item attributes from the catalogue included', async () => {
    const readToken = await view(
      event('ann', 'red-car'),
      event('ann', 'red-car'),
      event('ann', 'blue-car', { eventType: 'park' }),
    );
    const { profile, info } = await api.profiles.getProfile({
      profile: user('ann'),
      options: { readToken, freshness: Freshness.UNSPECIFIED },
    });
    expect(info).toMatchObject({ stale: false, tokenCovered: true });
    expect(profile?.eventCount).toBe(3n);
    const metrics = await (await fetch(`http://127.0.0.1:${services.store.port('metricsPort')}/metrics`)).text();
    expect(metrics).toMatch(
      /affinity_profile_token_wait_seconds_count\{service="feature-store",covered="true"\} [1-9]/,
    );
    const states = new Map(profile?.dimensions.map(({ name, state }) => [name, state]));
    expect(states.get('colour')).toEqual({
      $case: 'categorical',
      value: {
        categories: [
          { value: 'blue', weight: 5, share: 5 / 7 },
          { value: 'red', weight: 2, share: 2 / 7 },
        ],
        otherWeight: 0,
        totalWeight: 7,
      },
    });
    expect(states.get('price')).toMatchObject({ value: { weight: 7, min: 4_000, max: 30_000 } });
    expect(states.get('price_range')).toMatchObject({
      value: { categories: [{ value: '[20000,inf)' }, { value: '[1000,5000)' }] },
    });
    expect(states.get('item')).toMatchObject({ $case: 'items' });
  });

  it('answers from the cache, which the writer keeps fresh', async () => {
    await view(event('bob', 'red-car'));
    await api.profiles.getProfile({ profile: user('bob') });
    await until(
      async () => (await api.profiles.getProfile({ profile: user('bob') })).info?.source === AnswerSource.CACHE,
      5_000,
      'an answer from the cache',
    );
    const readToken = await view(event('bob', 'blue-car'));
    const { profile, info } = await api.profiles.getProfile({
      profile: user('bob'),
      options: { readToken, freshness: Freshness.UNSPECIFIED },
    });
    expect(info?.source).toBe(AnswerSource.CACHE);
    expect(profile?.eventCount).toBe(2n);
  });

  it('folds only the days, dimensions and decay asked for', async () => {
    const dayMs = 86_400_000;
    const readToken = await view(
      event('cid', 'red-car', { occurredAt: new Date(Date.now() - 2 * dayMs) }),
      event('cid', 'blue-car'),
    );
    const options = { readToken, freshness: Freshness.UNSPECIFIED };
    const decayed = await api.profiles.getProfile({
      profile: user('cid'),
      options,
      query: { dimensions: ['colour'], decay: { kind: { $case: 'exponential', value: { halfLifeDays: 2 } } } },
    });
    expect(decayed.profile?.dimensions).toMatchObject([
      {
        name: 'colour',
        state: {
          value: {
            categories: [
              { value: 'blue', weight: 1 },
              { value: 'red', weight: 0.5 },
            ],
          },
        },
      },
    ]);
    const today = await api.profiles.getProfile({
      profile: user('cid'),
      options,
      query: { dimensions: ['colour'], range: { range: { $case: 'lastDays', value: 1 } } },
    });
    expect(today.profile?.eventCount).toBe(1n);
  });

  it('prefers what a visitor favours, over the population’s prior, and scores items by it', async () => {
    const events = Array.from({ length: 20 }, (_, i) => event('dee', i < 15 ? 'red-car' : 'green-car'));
    const others = Array.from({ length: 20 }, (_, i) => event(`other${i}`, 'blue-car'));
    const readToken = await view(...events, ...others);
    const options = { readToken, freshness: Freshness.UNSPECIFIED };
    await until(
      async () => {
        const { scores } = await api.profiles.scoreItems({
          profile: user('dee'),
          options,
          items: ['red-car', 'blue-car', 'unknown'].map((itemId) => ({ itemId, attributes: new Map() })),
        });
        const [red, blue, unknown] = scores;
        return red!.score > 0.2 && blue!.score < -0.2 && unknown!.unknownItem && unknown!.score === 0;
      },
      10_000,
      'the population to be known',
    );
    const { preferences } = await api.profiles.getPreferences({
      profile: user('dee'),
      options,
      query: { dimensions: ['colour', 'price'] },
      maxValues: 0,
    });
    const colour = preferences?.dimensions[0]?.preference;
    expect(colour?.$case === 'categorical' && colour.value.categories[0]?.value).toBe('red');
    const price = preferences?.dimensions[1]?.preference;
    const median = price?.$case === 'numeric' ? price.value.populationQuantiles[2] : undefined;
    // Of 40 views at least half were of the blue car.
    expect(median?.part).toBe(0.5);
    expect(Math.abs((median?.value ?? 0) - 30_000)).toBeLessThan(600);
  });

  it('lists the items that visitors met most', async () => {
    await view(...Array.from({ length: 100 }, (_, i) => event(`fan${i}`, 'green-car')));
    const { items } = await until(
      async () => {
        const listed = await api.items.listPopularItems({ maxResults: 0 });
        return listed.items[0]?.itemId === 'green-car' && listed;
      },
      10_000,
      'the green car to be the most popular',
    );
    expect(items[0]?.weight).toBeGreaterThanOrEqual(100);
    expect(items.map(({ weight }) => weight)).toEqual(items.map(({ weight }) => weight).sort((a, b) => b - a));
    expect((await api.items.listPopularItems({ maxResults: 1 })).items).toEqual(items.slice(0, 1));
    await expect(api.items.listPopularItems({ maxResults: 10_001 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fieldViolations: [{ field: 'max_results', description: 'must be at most 10000, is 10001' }],
    });
  });

  it('gives an empty profile to a visitor it does not know', async () => {
    const { profile } = await api.profiles.getProfile({ profile: { key: { $case: 'sessionId', value: 'nobody' } } });
    expect(profile).toEqual({ dimensions: [], eventCount: 0n, firstDay: '', lastDay: '' });
  });

  it('names every field of a question that breaks a rule', async () => {
    const failing = api.profiles.getProfile({
      profile: user('session:x'),
      query: {
        dimensions: ['size'],
        range: { range: { $case: 'lastDays', value: 0 } },
        decay: { kind: { $case: 'linear', value: { windowDays: -1 } } },
      },
      options: { readToken: 'garbage', freshness: Freshness.UNSPECIFIED },
    });
    const error = await failing.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const fields = (error as { fieldViolations: { field: string }[] }).fieldViolations.map(({ field }) => field);
    expect(fields.sort()).toEqual([
      'options.read_token',
      'profile.user_id',
      'query.decay.linear.window_days',
      'query.dimensions[0]',
      'query.range.last_days',
    ]);
  });

  it('keeps users with features of any shape', async () => {
    const features = { vector: [0.1, 0.2], nested: { premium: true }, none: null };
    await api.users.putUser({ user: { userId: 'eve', userName: 'Eve', userFeatures: features } });
    const { user: stored } = await api.users.getUser({ userId: 'eve' });
    expect(stored).toMatchObject({ userId: 'eve', userName: 'Eve', userFeatures: features });
    await expect(api.users.getUser({ userId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  describe('lookups', () => {
    const lookup = (lookupId: bigint, userId: string, options?: { readonly readToken: string }) => ({
      lookupId,
      request: { profile: user(userId), ...(options && { options: { ...options, freshness: Freshness.UNSPECIFIED } }) },
      more: [],
    });
    /** What each number was answered, and how many answers each message had. */
    const ask = async (...messages: readonly LookupProfilesRequest[]) => {
      const answers = new Map<bigint, unknown>();
      const sizes: number[] = [];
      async function* requests() {
        yield* messages;
      }
      for await (const message of api.profiles.lookupProfiles(requests())) {
        sizes.push(1 + message.more.length);
        for (const { lookupId, result } of [message, ...message.more]) {
          answers.set(lookupId, result?.$case === 'response' ? result.value.profile?.eventCount : result?.value.code);
        }
      }
      return { answers, sizes };
    };

    it('are answered on one stream, each with its number, failures included', async () => {
      const readToken = await view(event('hal', 'red-car'), event('ida', 'blue-car'), event('ida', 'blue-car'));
      const asked = [lookup(1n, 'hal', { readToken }), lookup(2n, 'ida', { readToken }), lookup(3n, '')];
      const expected = new Map<bigint, unknown>([
        [1n, 1n],
        [2n, 2n],
        [3n, 3],
      ]);
      const [first, ...more] = asked;
      expect((await ask(...asked)).answers).toEqual(expected);
      expect((await ask({ ...lookup(0n, ''), ...first, more })).answers).toEqual(expected);
    });

    it('share messages with callers who do so, and with nobody else', async () => {
      const many = Array.from({ length: 500 }, (_, i) => lookup(BigInt(i), 'hal'));
      const alone = await ask(...many);
      expect([alone.answers.size, Math.max(...alone.sizes)]).toEqual([500, 1]);
      const groups = Array.from({ length: 5 }, (_, i) => many.slice(100 * i, 100 * (i + 1)));
      const shared = await ask(...groups.map(([first, ...more]) => ({ ...lookup(0n, ''), ...first, more })));
      expect(shared.answers).toEqual(alone.answers);
      expect(shared.sizes.length).toBeLessThan(250);
    });

    it('of too many in one message, or within one another, are refused', async () => {
      const violations = (field: string) => ({
        code: 'INVALID_ARGUMENT',
        fieldViolations: [expect.objectContaining({ field })],
      });
      const hundred = Array.from({ length: 100 }, (_, i) => lookup(BigInt(i), 'hal'));
      await expect(ask({ ...lookup(1n, 'hal'), more: hundred })).rejects.toMatchObject(violations('more'));
      const nested = { ...lookup(2n, 'hal'), more: [lookup(3n, 'hal')] };
      await expect(ask({ ...lookup(1n, 'hal'), more: [nested] })).rejects.toMatchObject(violations('more[0].more'));
    });
  });

  it('shows changes to those who watch', async () => {
    const stop = new AbortController();
    const seen: bigint[] = [];
    const watching = (async () => {
      for await (const { profile } of api.profiles.watchProfile({ profile: user('jo') }, { signal: stop.signal })) {
        seen.push(profile?.eventCount ?? -1n);
      }
    })().catch((error: unknown) => error);
    await until(() => seen.length === 1, 5_000, 'the profile as it is');
    await view(event('jo', 'red-car'));
    await until(() => seen.at(-1) === 1n, 5_000, 'the first change');
    await view(event('jo', 'red-car'), event('jo', 'red-car'));
    await until(() => seen.at(-1) === 3n, 5_000, 'the second change');
    stop.abort();
    expect(await watching).toMatchObject({ code: 'CANCELLED' });
  });

  it('tells features by name, the user’s own included', async () => {
    await api.users.putUser({ user: { userId: 'kim', userName: 'Kim', userFeatures: { age: 31 } } });
    const readToken = await view(event('kim', 'red-car'), event('kim', 'blue-car'));
    const { vector } = await api.profiles.getFeatureVector({
      profile: user('kim'),
      features: ['price.mean@7d', 'colour.top1@7d', 'user_features.age', 'recency'],
      options: { readToken, freshness: Freshness.UNSPECIFIED },
    });
    expect(vector?.values).toEqual([17_000, 0.5, 31, 0]);
    await expect(
      api.profiles.getFeatureVector({ profile: user('kim'), features: ['size.mean@7d'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('erases a user for good: profile, record and caches', async () => {
    await api.users.putUser({ user: { userId: 'gus', userName: 'Gus', userFeatures: {} } });
    const before = event('gus', 'red-car', { occurredAt: new Date(Date.now() - 1_000) });
    const readToken = await view(before, event('gus', 'blue-car'));
    await api.profiles.getProfile({ profile: user('gus'), options: { readToken, freshness: Freshness.UNSPECIFIED } });
    expect(await api.users.deleteUser({ userId: 'gus' })).toEqual({
      userRemoved: true,
      tilesRemoved: 1,
      cacheEntriesRemoved: expect.any(Number) as number,
    });
    const ask = () => api.profiles.getProfile({ profile: user('gus') });
    expect((await ask()).profile?.eventCount).toBe(0n);
    await expect(api.users.getUser({ userId: 'gus' })).rejects.toMatchObject({ code: 'NOT_FOUND' });

    // A late event from before stays forgotten, a new one begins a new profile.
    const late = event('gus', 'green-car', { occurredAt: new Date(Date.now() - 5_000) });
    const afterwards = await view(late, event('gus', 'red-car'));
    const options = { readToken: afterwards, freshness: Freshness.UNSPECIFIED };
    expect((await api.profiles.getProfile({ profile: user('gus'), options })).profile?.eventCount).toBe(1n);
    expect(await api.users.deleteUser({ userId: 'gus' })).toMatchObject({ userRemoved: false, tilesRemoved: 1 });
    expect(await api.users.deleteUser({ userId: 'nobody' })).toMatchObject({ userRemoved: false, tilesRemoved: 0 });
  });

  it('goes on answering while the store, the cache or the stream is away', async () => {
    const readToken = await view(event('fay', 'red-car'));
    const ask = () => api.profiles.getProfile({ profile: user('fay') });
    await api.profiles.getProfile({ profile: user('fay'), options: { readToken, freshness: Freshness.UNSPECIFIED } });
    await until(async () => (await ask()).info?.source === AnswerSource.CACHE, 5_000, 'an answer from the cache');

    await stack.services.redis.pause();
    expect(await ask()).toMatchObject({
      profile: { eventCount: 1n },
      info: { source: AnswerSource.STORE, stale: false },
    });
    await stack.services.redis.resume();

    await stack.services.nats.kill();
    expect((await ask()).profile?.eventCount).toBe(1n);
    await stack.services.nats.restart();

    await stack.services.dynamodb.pause();
    try {
      await until(async () => (await ask()).profile?.eventCount === 1n, 15_000, 'an answer from the cache');
      const unknown = await api.profiles.getProfile({ profile: user('never seen') });
      expect(unknown.info).toMatchObject({ source: AnswerSource.PRIOR, stale: true });
      const current = api.profiles.getProfile({
        profile: user('fay'),
        options: { readToken: '', freshness: Freshness.REQUIRE_CURRENT },
      });
      await expect(current).rejects.toMatchObject({
        code: expect.stringMatching(/UNAVAILABLE|DEADLINE_EXCEEDED/) as unknown,
      });
    } finally {
      await stack.services.dynamodb.resume();
    }
  }, 60_000);

  it('stops cleanly', async () => {
    expect(await services.store.stop()).toMatchObject({ code: 0 });
    await services.store.restart();
    api = connect();
  });
});
