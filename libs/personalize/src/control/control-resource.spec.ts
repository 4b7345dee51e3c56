import { stateOf } from './control-resource';

describe('stateOf', () => {
  it.each([
    ['ACTIVE', 'ready'],
    ['COMPLETED', 'ready'],
    [undefined, 'ready'],
    ['CREATE PENDING', 'making'],
    ['CREATE IN_PROGRESS', 'making'],
    ['CREATE STOPPING', 'making'],
    ['PENDING', 'making'],
    ['IN_PROGRESS', 'making'],
    ['CREATE FAILED', 'failed'],
    ['CREATE STOPPED', 'failed'],
    ['FAILED', 'failed'],
    ['DELETE PENDING', 'leaving'],
    ['DELETE IN_PROGRESS', 'leaving'],
  ])('%s is %s', (status, state) => {
    expect(stateOf(status)).toBe(state);
  });
});
