import { StreamRecord } from '@affinity/contracts';
import { parseSchema, type Schema } from '@affinity/domain';
import type { EventToPublish } from '@affinity/messaging';
import { seededRandom, zipf } from '@affinity/testing';

const attributeNames = Array.from({ length: 10 }, (_, i) => `a${i}`);

/** Ten attributes: seven categorical, three numeric. */
export const schema = ((): Schema => {
  const dimensions = attributeNames.map((name, i) => ({ name, kind: i < 7 ? 'categorical' : 'numeric' }));
  const parsed = parseSchema({ version: 'bench', event_types: { view: 1 }, dimensions });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

/** Makes events of today, of users of whom a few are much busier than others (Zipf, exponent 1.1). */
export function eventSource({ users, seed }: { readonly users: number; readonly seed: number }): () => EventToPublish {
  const random = seededRandom(seed);
  const drawUser = zipf(users, 1.1, random);
  let made = 0;
  return () => {
    made += 1;
    const userId = `u${drawUser()}`;
    const eventId = `${seed}-${made}`;
    const now = new Date();
    const attributes = new Map(attributeNames.map((name, i) => [name, attributeOf(i, random())] as const));
    const event = {
      eventId,
      userId,
      sessionId: 's',
      eventType: 'view',
      itemId: `i${Math.floor(random() * 2_000)}`,
      occurredAt: now,
      attributes,
      recommendationId: '',
      impression: [],
    };
    const value = { event, receivedAt: now, unknownItem: false };
    const body = StreamRecord.encode({ record: { $case: 'event', value } }).finish();
    return { profileKey: userId, eventId, eventType: 'view', body };
  };
}

function attributeOf(index: number, drawn: number) {
  return index < 7
    ? { kind: { $case: 'stringValue' as const, value: `value${Math.floor(drawn ** 2 * 20)}` } }
    : { kind: { $case: 'numberValue' as const, value: Math.floor(drawn * 30_000) } };
}
