import fc from 'fast-check';
import { topPlaces } from './top-selection';

describe('topPlaces', () => {
  it('is the start of the sorted order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.nat(12), (scores, count) => {
        const sorted = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
        expect(topPlaces(scores, scores.length, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });
});
