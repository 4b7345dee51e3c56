import { NumberSample } from './number-sample';

const sampleOf = (numbers: Iterable<number>): NumberSample => {
  const sample = new NumberSample();
  for (const number of numbers) sample.add(number);
  return sample;
};

describe('NumberSample', () => {
  it('parts few numbers exactly', () => {
    expect(sampleOf(Array.from({ length: 100 }, (_, i) => i)).edges(4)).toEqual([25, 50, 75]);
  });

  it('parts many numbers about evenly, whatever their order, and the same every time', () => {
    const numbers = Array.from({ length: 200_000 }, (_, i) => i);
    const edges = sampleOf(numbers).edges(10);
    edges.forEach((edge, i) => expect(Math.abs(edge - 20_000 * (i + 1))).toBeLessThan(4_000));
    expect(sampleOf(numbers).edges(10)).toEqual(edges);
  });

  it('has no empty part where one number is most of them', () => {
    expect(sampleOf([...Array.from({ length: 90 }, () => 5), 6, 7, 8, 9]).edges(10)).toEqual([]);
    expect(sampleOf([1, 5, 5, 5, 5, 5, 5, 9]).edges(4)).toEqual([5]);
    expect(sampleOf([]).edges(10)).toEqual([]);
  });
});
