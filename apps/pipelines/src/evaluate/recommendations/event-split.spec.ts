import { splitEvents } from './event-split';
import type { ReplayedEvent } from './replayed-event';

function event(profileKey: string, itemId: string, atMs: number): ReplayedEvent {
  const interaction = {
    eventId: `${profileKey}-${atMs}`,
    profileKey,
    eventType: 'view',
    itemId,
    occurredAtMs: atMs,
    receivedAtMs: atMs,
    attributes: new Map<string, string>(),
  };
  return { itemId, interaction, modelEvent: { userId: profileKey, sessionId: profileKey, itemId, atMs } };
}

const visits = (profileKey: string, count: number): ReplayedEvent[] =>
  Array.from({ length: count }, (_, i) => event(profileKey, `i${i}`, i));
const inOrder = (...events: ReplayedEvent[]): ReplayedEvent[] =>
  events.sort((left, right) => left.interaction.occurredAtMs - right.interaction.occurredAtMs);

describe('splitEvents', () => {
  it('last10 holds out the last tenth, at least one, of visitors with ten events or more', () => {
    const { training, queries } = splitEvents(
      inOrder(...visits('a', 25), ...visits('b', 10), ...visits('c', 9)),
      'last10',
    );
    expect(queries).toEqual([
      { profileKey: 'a', atMs: 23, itemIds: ['i23', 'i24'] },
      { profileKey: 'b', atMs: 9, itemIds: ['i9'] },
    ]);
    expect(training).toHaveLength(23 + 9 + 9);
  });

  it('last1 holds out the last event of visitors with two or more', () => {
    const { training, queries } = splitEvents(inOrder(...visits('a', 3), ...visits('b', 1)), 'last1');
    expect(queries).toEqual([{ profileKey: 'a', atMs: 2, itemIds: ['i2'] }]);
    expect(training).toHaveLength(3);
  });

  it('temporal asks about visitors with three events before the last 15 % of all', () => {
    const late = [event('a', 'x', 100), event('a', 'x', 101), event('b', 'y', 102)];
    const { training, queries } = splitEvents([...visits('a', 17), ...late], 'temporal');
    expect(training).toHaveLength(17);
    expect(queries).toEqual([{ profileKey: 'a', atMs: 100, itemIds: ['x'] }]);
  });
});
