import { encodeReadToken, Freshness, mergeReadTokens, type ReadToken, type RecommendedItem } from '@affinity/contracts';
import { eventOfInteraction, publishUntilStored, unsupportedClaims, type DatasetInteraction } from '@affinity/datasets';
import { dayOf, formatDay } from '@affinity/domain';
import { setTimeout as pause } from 'node:timers/promises';
import type { DemoClients } from '../demo-clients';
import type { Checklist } from '../report/checklist';
import type { Report } from '../report/report';
import { fiveViews } from './five-views';
import { chooseVisitor, type KnownData } from './known-data';
import { shownList, type ShownList } from './shown-list';
import { contributionsAddUp, recommendationRows } from './recommendation-rows';
import { tasteRows } from './taste-rows';

/** What a story is told with. */
export interface StoryOptions {
  readonly data: KnownData;
  readonly clients: DemoClients;
  /** Asks to see everything that was replayed. */
  readonly token: ReadToken;
  /** The time of an event that happens now, by the data set's clock, in epoch milliseconds. */
  readonly occurredAtMs: () => number;
  readonly report: Report;
  readonly checks: Checklist;
  readonly signal: AbortSignal;
  /** Told of each answer. */
  readonly onShown: (shown: ShownList) => void;
}

const recommendedItems = 8;
/** What the gateway is set to when nothing else is said: reasons speak of the profile as it is seen there. */
const gatewayHalfLifeDays = 14;
/** The most that the store gives of each dimension. */
const maxValues = 1_000;
/** How long profiles may take to catch up with the replay, in milliseconds. */
const catchUpMs = 60_000;
const readAgainMs = 100;

/**
 * Shows one visitor's profile, what they are recommended, and what five more views change about it. Returns the views, which
 * are stored like all other events.
 */
export async function tellVisitorStory(options: StoryOptions): Promise<readonly DatasetInteraction[]> {
  const { data, report, checks } = options;
  const userId = chooseVisitor(data);
  const views = userId === undefined ? undefined : fiveViews(data, userId, options.occurredAtMs);
  if (userId === undefined || views === undefined) {
    checks.add('a visitor to tell about', false, 'every visitor is anonymous, or no items are left to view');
    return [];
  }
  await showProfile(userId, options);
  const before = await recommend(userId, 'before', options);
  report.heading(`What ${userId} is recommended`);
  report.table(recommendationRows(before, data));
  const { token } = await publishUntilStored(
    options.clients.ingest,
    views.interactions.map(eventOfInteraction),
    options.signal,
  );
  const merged = mergeReadTokens(options.token, token);
  const after = await recommend(userId, 'after', { ...options, token: merged });
  report.heading(`After five more views, whose ${views.what}`);
  report.table(recommendationRows(after, data));
  checkChange(before, after, checks);
  return views.interactions;
}

async function showProfile(
  userId: string,
  { data, clients, token, report, checks, signal }: StoryOptions,
): Promise<void> {
  const options = { readToken: encodeReadToken(token), freshness: Freshness.UNSPECIFIED };
  const query = { range: { range: { $case: 'days', value: daysOf(data) } } } as const;
  const request = { profile: refOf(userId), query: { ...query, dimensions: [] }, options };
  const { profile, info } = await readWhenCovered(() => clients.profiles.getProfile(request), signal);
  const known = data.truth.get(userId);
  report.heading(
    `The profile of ${userId}${known === undefined ? '' : ' beside the taste that they were generated from'}`,
  );
  if (profile !== undefined) report.table(tasteRows(profile, known?.taste));
  const expected = data.interactions.filter((interaction) => interaction.userId === userId).length;
  const held = info?.tokenCovered === true && Number(profile?.eventCount) === expected;
  checks.add('the profile has all events of the visitor', held, `${String(profile?.eventCount)} of ${expected}`);
}

/** Reads again until the answer covers the token: a replay of many users' days ends before the last of them is stored. */
async function readWhenCovered<T extends { readonly info?: { readonly tokenCovered: boolean } | undefined }>(
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const startedAtMs = performance.now();
  for (;;) {
    const answer = await read();
    if (answer.info?.tokenCovered === true || performance.now() - startedAtMs > catchUpMs) return answer;
    await pause(readAgainMs, undefined, { signal });
  }
}

async function recommend(
  userId: string,
  when: 'before' | 'after',
  { clients, checks, token, onShown }: StoryOptions,
): Promise<readonly RecommendedItem[]> {
  const { items, info } = await clients.recommendations.getRecommendations({
    profile: refOf(userId),
    maxResults: recommendedItems,
    relatedToItemId: '',
    includeSeen: false,
    diversityCaps: [],
    readToken: encodeReadToken(token),
    excludedItemIds: [],
  });
  onShown(shownList(userId, { items, info }));
  const missing = info?.missing.join(', ') ?? '';
  const detail = missing === '' ? `${items.length} items` : `missing: ${missing}`;
  const complete = info?.degraded === false && items.length > 0;
  checks.add(`model and preferences made the list ${when} five views`, complete, detail);
  await checkReasons(items, { userId, when, clients, checks, token });
  return items;
}

async function checkReasons(
  items: readonly RecommendedItem[],
  {
    userId,
    when,
    clients,
    checks,
    token,
  }: Pick<StoryOptions, 'clients' | 'checks' | 'token'> & {
    readonly userId: string;
    readonly when: string;
  },
): Promise<void> {
  const decay = { kind: { $case: 'exponential' as const, value: { halfLifeDays: gatewayHalfLifeDays } } };
  const request = {
    profile: refOf(userId),
    query: { dimensions: [], decay },
    options: { readToken: encodeReadToken(token), freshness: Freshness.UNSPECIFIED },
  };
  const { profile } = await clients.profiles.getProfile(request);
  const { preferences } = await clients.profiles.getPreferences({ ...request, maxValues });
  if (profile === undefined || preferences === undefined)
    throw new Error(`${userId} has no profile to check reasons with`);
  const wrong = unsupportedClaims(items, { profile, preferences });
  const detail = wrong.map(({ itemId, dimension, value }) => `${itemId}: ${dimension} ${value}`).join('; ');
  checks.add(`what the reasons ${when} five views say is so`, wrong.length === 0, detail || `${items.length} reasons`);
}

function checkChange(before: readonly RecommendedItem[], after: readonly RecommendedItem[], checks: Checklist): void {
  const known = new Set(before.map(({ itemId }) => itemId));
  const fresh = after.filter(({ itemId }) => !known.has(itemId)).length;
  const moved = after.some(({ itemId }, i) => before[i]?.itemId !== itemId);
  checks.add('five views changed the recommendations', moved, `${fresh} of ${after.length} items are new`);
  const explained = [...before, ...after].every(({ reason }) => reason !== '');
  checks.add('each recommendation says why', explained, `${before.length + after.length} reasons`);
  checks.add('the parts of each score add up to it', contributionsAddUp([...before, ...after]), 'to one millionth');
}

function refOf(userId: string) {
  return { key: { $case: 'userId', value: userId } } as const;
}

function daysOf({ interactions }: KnownData): { readonly firstDay: string; readonly lastDay: string } {
  const days = interactions.map(({ occurredAtMs }) => dayOf(occurredAtMs));
  const first = days.reduce((least, day) => Math.min(least, day), Infinity);
  const last = days.reduce((most, day) => Math.max(most, day), -Infinity);
  return { firstDay: formatDay(first), lastDay: formatDay(last) };
}
