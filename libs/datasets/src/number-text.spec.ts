import { numberOf } from './number-text';

describe('numberOf', () => {
  it.each([
    ['1', 1],
    ['-1.5', -1.5],
    ['.5', 0.5],
    ['2.', 2],
    ['+1e3', 1_000],
  ])('reads %p', (text, value) => {
    expect(numberOf(text)).toBe(value);
  });

  it.each(['', ' 1', '1,5', '0x10', 'NaN', 'Infinity', '1e999', '1_000'])('does not read %p', (text) => {
    expect(numberOf(text)).toBeUndefined();
  });
});
