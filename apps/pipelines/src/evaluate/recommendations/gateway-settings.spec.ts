import { gatewaySettings } from './gateway-settings';

describe('gatewaySettings', () => {
  it('says what the gateway is to be set to for each merge', () => {
    const parameters = {
      recencyHalfLifeDays: 30,
      preferenceHalfLifeDays: undefined,
      withPopularity: 1,
      logLinear: 0.5,
      reciprocalRanks: 1,
      withBoth: { popularity: 2, preference: 3 },
    };
    const [two = '', three = ''] = gatewaySettings(parameters).split('\n');
    expect(two).toContain('AFFINITY_POPULARITY_WEIGHT=0 AFFINITY_PREFERENCE_WEIGHT=0.5');
    expect(three).toContain('AFFINITY_POPULARITY_WEIGHT=2 AFFINITY_PREFERENCE_WEIGHT=3');
    expect(three).toContain('AFFINITY_PREFERENCE_HALF_LIFE_DAYS=36500');
  });
});
