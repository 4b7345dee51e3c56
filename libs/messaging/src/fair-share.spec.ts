import { fairShare } from './fair-share';

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${String(i).padStart(2, '0')}`);

describe('fairShare', () => {
  it('adds up to all partitions, and differs by one at most', () => {
    for (let count = 1; count <= 40; count += 1) {
      const members = namesOf(count);
      const shares = members.map((memberId) => fairShare({ members, memberId, partitions: 32 }).count);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(32);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });

  it('lets members begin apart, one that is not listed yet included', () => {
    const members = namesOf(4);
    const starts = ['m00', 'm01', 'm02', 'm03', 'm04'].map(
      (memberId) => fairShare({ members, memberId, partitions: 32 }).startsAt,
    );
    expect(starts).toEqual([0, 0.25, 0.5, 0.75, 0.8]);
  });
});
