import { unsupportedClaims } from '@affinity/datasets';
import { fromUnknown } from '@affinity/service-kit';
import { setTimeout as pause } from 'node:timers/promises';
import type { RehearsalData } from '../rehearsal-data';
import { demand, type NamedCheck } from './named-check';
import type { StackClients } from './stack-clients';
import { itemsByValue, type Visitor } from './visitor';

/** The visitors of these checks, none of whom anybody has met. */
export interface CheckedVisitors {
  /** Views and is recommended. */
  readonly guest: Visitor;
  /** Views and is deleted. */
  readonly leaver: Visitor;
}

const viewsOfEach = 5;
const attribute = 'make';
const pollMs = 500;
/** A stand-in of Personalize that has just started has to hear of the items first. */
const recommendationsWithinMs = 60_000;
/** Longer than any cache holds an entry without looking whether it is still right, but for Redis' minute. */
const staysAwayForMs = 3_000;

/** Checks of what one visitor sees of the system. They build on each other in their order. */
export function visitorChecks(
  clients: StackClients,
  { items }: RehearsalData,
  { guest, leaver }: CheckedVisitors,
): readonly NamedCheck[] {
  const [first = ['', []], second = ['', []]] = itemsByValue(items, attribute);
  return [
    { name: 'a read with a token sees what was just written', run: () => readYourWrites(guest, first[1]) },
    { name: 'a visitor prefers what they viewed', run: () => prefers(guest, first[0]) },
    { name: 'recommendations follow new views, and each reason is true', run: () => recommends(guest, second[1]) },
    { name: 'a hostile event is refused with its fields named', run: () => refuses(clients, guest) },
    { name: 'a deleted user stays away', run: () => forgets(clients, leaver, first[1]) },
  ];
}

async function readYourWrites(guest: Visitor, itemIds: readonly string[]): Promise<string> {
  for (const itemId of itemIds.slice(0, viewsOfEach)) {
    await guest.view([itemId]);
    const { profile, covered } = await guest.read();
    const found = `${String(profile?.eventCount)} of ${guest.published} events, token covered: ${covered}`;
    demand(covered && Number(profile?.eventCount) === guest.published, found);
  }
  return `${guest.published} writes, each read at once`;
}

async function prefers(guest: Visitor, value: string): Promise<string> {
  const { preferences } = await guest.known();
  const known = preferences.dimensions.find(({ name }) => name === attribute)?.preference;
  const categories = known?.$case === 'categorical' ? known.value.categories : [];
  const found = categories.find((category) => category.value === value);
  const words = `${attribute} ${value}: ${found?.probability.toFixed(3)} against ${found?.population.toFixed(3)} of all`;
  demand(found !== undefined && found.probability > found.population, words);
  return words;
}

async function recommends(guest: Visitor, others: readonly string[]): Promise<string> {
  const before = await firstRecommendations(guest);
  await guest.view(others.slice(0, viewsOfEach));
  const after = await guest.recommended();
  const beforeIds = before.map(({ itemId }) => itemId);
  const fresh = after.filter(({ itemId }) => !beforeIds.includes(itemId)).length;
  const changed = after.some(({ itemId }, i) => itemId !== beforeIds[i]);
  demand(changed, `the same ${after.length} items as before`);
  const unexplained = after.filter(({ reason }) => reason === '').length;
  demand(unexplained === 0, `${unexplained} items without a reason`);
  const untrue = unsupportedClaims(after, await guest.known());
  demand(untrue.length === 0, `not borne out: ${JSON.stringify(untrue)}`);
  return `${fresh} of ${after.length} items are new, ${after.length} reasons hold`;
}

async function firstRecommendations(guest: Visitor): ReturnType<Visitor['recommended']> {
  const deadline = performance.now() + recommendationsWithinMs;
  for (;;) {
    const items = await guest.recommended();
    if (items.length > 0) return items;
    demand(performance.now() < deadline, `nothing was recommended within ${recommendationsWithinMs / 1_000} s`);
    await pause(pollMs);
  }
}

async function refuses({ ingest }: StackClients, guest: Visitor): Promise<string> {
  const colour = { kind: { $case: 'stringValue' as const, value: 'x'.repeat(10_000) } };
  const hostile = guest.event({
    eventId: `${guest.userId}-hostile`,
    eventType: "view'; drop table events",
    occurredAt: new Date(0),
    attributes: new Map([['colour', colour]]),
  });
  const { outcomes } = await ingest.publishEvents({ events: [hostile] });
  const outcome = outcomes[0]?.outcome;
  if (outcome?.$case !== 'rejected') throw new Error(`it was ${String(outcome?.$case)}`);
  const fields = outcome.value.violations.map(({ field }) => field);
  const missing = ['event_type', 'occurred_at', 'attributes.colour'].filter((field) => !fields.includes(field));
  demand(missing.length === 0, `named ${fields.join(', ')}, not ${missing.join(', ')}`);
  return fields.join(', ');
}

async function forgets({ users }: StackClients, leaver: Visitor, itemIds: readonly string[]): Promise<string> {
  await users.putUser({ user: { userId: leaver.userId, userName: 'Leaver', userFeatures: {}, updatedAt: undefined } });
  await leaver.view(itemIds.slice(0, viewsOfEach));
  const { profile } = await leaver.read();
  demand(Number(profile?.eventCount) === leaver.published, `${String(profile?.eventCount)} events before`);
  const { userRemoved, tilesRemoved } = await users.deleteUser({ userId: leaver.userId });
  demand(userRemoved && tilesRemoved > 0, `user removed: ${userRemoved}, tiles: ${tilesRemoved}`);
  const until = performance.now() + staysAwayForMs;
  let reads = 0;
  for (; performance.now() < until; reads += 1) {
    const left = Number((await leaver.read()).profile?.eventCount ?? 0);
    demand(left === 0, `${left} events are back after ${reads} reads`);
    await pause(pollMs / 5);
  }
  const record = await users.getUser({ userId: leaver.userId }).catch((error: unknown) => fromUnknown(error).code);
  demand(record === 'NOT_FOUND', 'the record is still there');
  return `${tilesRemoved} tiles removed, nothing in ${reads} reads afterwards`;
}
