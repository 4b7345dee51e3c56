import { missingForTraining } from './export-minimums';

describe('missingForTraining', () => {
  it('is satisfied by the very minimum', () => {
    expect(missingForTraining({ interactions: 1_000, users: 500, returningUsers: 25 })).toEqual([]);
  });

  it('names everything that is missing', () => {
    expect(missingForTraining({ interactions: 999, users: 100, returningUsers: 20 })).toEqual([
      '1 more interactions (there are 999 of 1000)',
      '5 more users with two interactions or more (there are 20 of 25)',
    ]);
  });

  it('wants one in a hundred users to come back', () => {
    expect(missingForTraining({ interactions: 20_000, users: 10_000, returningUsers: 99 })).toHaveLength(1);
    expect(missingForTraining({ interactions: 20_000, users: 10_000, returningUsers: 100 })).toEqual([]);
  });
});
