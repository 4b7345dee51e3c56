import { allowedCounts } from './allowed-counts';
import type { HeldMessage } from './stream-content';

const message = (eventId: string, sequence: number, timestampNs = BigInt(sequence)): HeldMessage => ({
  eventId,
  profileKey: 'u',
  partition: 0,
  position: { sequence, timestampNs },
});

describe('allowedCounts', () => {
  it('asks for each event of the stream once of users, and for each message of the population', () => {
    const { users, population } = allowedCounts({
      held: [message('a', 1), message('b', 2), message('a', 3)],
      saved: [],
    });
    expect(users.get('a')).toEqual({ least: 1, most: 1 });
    expect(population.get('a')).toEqual({ least: 2, most: 2 });
    expect(population.get('b')).toEqual({ least: 1, most: 1 });
  });

  it('lets what the stream lost be counted or not', () => {
    const held = [message('a', 1), message('c', 2, 20n)];
    const saved = [message('b', 2, 2n), message('a', 3, 3n), message('b', 2, 2n)];
    const { users, population, lostMessages } = allowedCounts({ held, saved });
    expect(lostMessages).toBe(2);
    expect(users.get('b')).toEqual({ least: 0, most: 1 });
    expect(population.get('a')).toEqual({ least: 1, most: 2 });
    expect(users.get('c')).toEqual({ least: 1, most: 1 });
  });

  it('takes saved messages that the stream still holds for held ones', () => {
    const { population, lostMessages } = allowedCounts({ held: [message('a', 1)], saved: [message('a', 1)] });
    expect(lostMessages).toBe(0);
    expect(population.get('a')).toEqual({ least: 1, most: 1 });
  });
});
