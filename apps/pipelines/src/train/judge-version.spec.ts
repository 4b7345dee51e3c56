import { judgeVersion } from './judge-version';

describe('judgeVersion', () => {
  it.each([
    ['nothing serves that was measured', 0.1, undefined, 'better'],
    ['neither was measured', undefined, undefined, 'better'],
    ['it is better', 0.3, 0.2, 'better'],
    ['it is worse within the margin', 0.191, 0.2, 'better'],
    ['it is worse beyond the margin', 0.189, 0.2, 'worse'],
    ['it was not measured', undefined, 0.2, 'unmeasured'],
  ])('when %s: %s after %s is %s', (_, fresh, serving, judgement) => {
    expect(judgeVersion(fresh, { serving, maxLoss: 0.05 })).toBe(judgement);
  });
});
