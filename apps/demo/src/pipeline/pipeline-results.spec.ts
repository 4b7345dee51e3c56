import { isEveryCampaignTrained, isEveryDayEqual } from './pipeline-results';

const equal = { equal: 7, differing: 0, missing: 0, surplus: 0 };

describe('isEveryDayEqual', () => {
  it('holds only when all user-days are equal, and there is at least one', () => {
    expect(isEveryDayEqual({ verification: equal }, 7)[0]).toBe(true);
    expect(isEveryDayEqual({ verification: equal }, 8)[0]).toBe(false);
    expect(isEveryDayEqual({ verification: { ...equal, equal: 0 } }, 0)[0]).toBe(false);
    for (const wrong of ['differing', 'missing', 'surplus'])
      expect(isEveryDayEqual({ verification: { ...equal, [wrong]: 1 } }, 7)[0]).toBe(false);
  });
});

describe('isEveryCampaignTrained', () => {
  const campaign = { campaign: 'a', outcome: 'promoted', ndcgAt25: 0.25 };

  it('holds when each was promoted', () => {
    expect(isEveryCampaignTrained({ campaigns: [campaign] })).toEqual([true, 'a promoted, NDCG 0.250']);
    expect(isEveryCampaignTrained({ campaigns: [campaign, { campaign: 'b', outcome: 'kept' }] })[0]).toBe(false);
    expect(isEveryCampaignTrained({ campaigns: [] })[0]).toBe(false);
  });
});
