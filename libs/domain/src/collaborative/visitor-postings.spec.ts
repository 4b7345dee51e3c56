import fc from 'fast-check';
import { VisitorHistories } from './visitor-histories';
import { VisitorPostings } from './visitor-postings';

const visits = fc.array(
  fc.record({
    user: fc.option(fc.integer({ min: 0, max: 5 })),
    session: fc.integer({ min: 0, max: 3 }),
    item: fc.integer({ min: 0, max: 6 }),
    atMs: fc.integer({ min: 0, max: 50 }),
  }),
  { maxLength: 60 },
);

describe('VisitorPostings', () => {
  it('are exactly the inverse of the histories, whatever joins, leaves or is forgotten', () => {
    fc.assert(
      fc.property(visits, (all) => {
        const postings = new VisitorPostings(1_000);
        const histories = new VisitorHistories({ maxVisitors: 4, maxVisits: 3 }, postings);
        for (const { user, session, item, atMs } of all) {
          const visitorId = histories.visitorOf(user === null ? undefined : `u${user}`, `s${session}`);
          histories.add(visitorId, item, atMs);
        }
        for (let item = 0; item <= 6; item += 1) {
          const holders = [...histories.entries()].flatMap(([visitorId, { items, size }]) =>
            items.subarray(0, size).includes(item) ? [histories.slotOf(visitorId)] : [],
          );
          expect([...postings.of(item)].sort()).toEqual(holders.sort());
          expect(postings.holdersOf(item)).toBe(holders.length);
        }
        expect(histories.size).toBeLessThanOrEqual(4);
      }),
    );
  });

  it('name the latest when there are too many, and still count all', () => {
    const postings = new VisitorPostings(2);
    for (const visitor of [7, 8, 9]) postings.gained(visitor, 1);
    expect([...postings.of(1)]).toEqual([8, 9]);
    expect(postings.holdersOf(1)).toBe(3);
    postings.lost(7, 1);
    expect([...postings.of(1)]).toEqual([8, 9]);
  });
});
