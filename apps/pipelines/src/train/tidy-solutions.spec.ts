import type { ControlResource } from '@affinity/personalize';
import { superfluous } from './tidy-solutions';

function solution(name: string, createdAtMs: number, state: ControlResource['state'] = 'ready'): ControlResource {
  return { arn: name, name, state, createdAtMs };
}

const solutions = [solution('a', 1), solution('b', 2), solution('c', 3, 'failed'), solution('d', 4), solution('e', 5)];
const namesOf = (kept: readonly ControlResource[]): readonly string[] => kept.map(({ name }) => name);

describe('superfluous', () => {
  it('takes the oldest beyond those to keep', () => {
    expect(namesOf(superfluous(solutions, { current: 'e', served: 'd', keep: 3 }))).toEqual(['b', 'a']);
  });

  it('never takes what serves or is this run’s, however few are kept', () => {
    expect(namesOf(superfluous(solutions, { current: 'e', served: 'a', keep: 1 }))).toEqual(['d', 'c', 'b']);
  });

  it('leaves alone what is being made or deleted', () => {
    const moving = [solution('a', 1, 'leaving'), solution('b', 2, 'making'), solution('c', 3)];
    expect(superfluous(moving, { current: 'c', served: 'c', keep: 1 })).toEqual([]);
  });
});
