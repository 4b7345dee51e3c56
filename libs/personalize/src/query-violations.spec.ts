import { proposalViolations, rankingViolations } from './query-violations';

describe('query limits', () => {
  it('accepts queries at every limit', () => {
    const id = 'x'.repeat(256);
    expect(proposalViolations({ kind: 'related', itemId: id, visitorId: id, count: 500 })).toEqual([]);
    expect(rankingViolations({ visitorId: id, itemIds: Array<string>(500).fill(id) })).toEqual([]);
  });

  it('names each field that breaks one', () => {
    const broken = proposalViolations({ kind: 'related', itemId: '', visitorId: 'x'.repeat(257), count: 501 });
    expect(broken.map(({ field }) => field)).toEqual(['visitorId', 'itemId', 'count']);
    expect(rankingViolations({ visitorId: 'v', itemIds: [] }).map(({ field }) => field)).toEqual(['itemIds']);
    expect(rankingViolations({ visitorId: 'v', itemIds: ['a', ''] }).map(({ field }) => field)).toEqual(['itemIds[1]']);
  });
});
