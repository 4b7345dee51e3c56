import { choice, commaList, decimal, flag, integer, url } from './setting-schemas';

describe('setting schemas', () => {
  it.each([
    ['12', true],
    ['-3', true],
    ['1.5', false],
    ['', false],
    ['0x10', false],
    ['101', false],
  ])('integer(-5, 100) takes %j: %s', (text, valid) => {
    expect(integer(-5, 100).safeParse(text).success).toBe(valid);
  });

  it('decimal refuses what is no plain number', () => {
    expect(decimal(0, 1).parse('0.25')).toBe(0.25);
    expect(decimal(0, 1).safeParse('NaN').success).toBe(false);
    expect(decimal(0, 1).safeParse('1e3').success).toBe(false);
  });

  it('flag and choice take their words only', () => {
    expect(flag().parse('true')).toBe(true);
    expect(flag().safeParse('yes').success).toBe(false);
    expect(choice(['wall', 'newest-event']).parse('wall')).toBe('wall');
    expect(choice(['wall', 'newest-event']).safeParse('toString').success).toBe(false);
  });

  it('url checks the scheme and refuses passwords', () => {
    expect(url('nats').safeParse('nats://host:4222').success).toBe(true);
    expect(url('nats').safeParse('http://host').success).toBe(false);
    expect(url('nats').safeParse('nats://user:pass@host').success).toBe(false);
  });

  it('commaList checks every element', () => {
    expect(commaList(integer(0, 9)).parse('1, 2,3')).toEqual([1, 2, 3]);
    expect(commaList(integer(0, 9)).safeParse('1,,3').success).toBe(false);
  });
});
