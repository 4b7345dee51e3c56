import { collidesWithSessionKeys, fnv1a32, partitionOf, profileKeyOf } from './profile-key';

describe('profileKeyOf', () => {
  it('prefers the user id, and keeps anonymous sessions apart from users', () => {
    expect(profileKeyOf({ userId: 'u1', sessionId: 's1' })).toBe('u1');
    expect(profileKeyOf({ userId: '', sessionId: 's1' })).toBe('session:s1');
    expect(profileKeyOf({})).toBeUndefined();
  });

  it('knows which user ids would pass for a session', () => {
    expect(collidesWithSessionKeys('session:s1')).toBe(true);
    expect(collidesWithSessionKeys('sessions')).toBe(false);
  });
});

describe('fnv1a32', () => {
  // Test vectors of draft-eastlake-fnv, appendix C.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j as the reference does', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash);
  });

  it('hashes UTF-8 bytes, not UTF-16 units', () => {
    // By hand over the bytes c3 a9.
    const step = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);
    expect(fnv1a32('é')).toBe(step(step(0x811c9dc5, 0xc3), 0xa9) >>> 0);
  });

  it('spreads keys evenly enough over 32 partitions', () => {
    const counts = new Array<number>(32).fill(0);
    for (let i = 0; i < 32_000; i += 1) counts[partitionOf(`user-${i}`, 32)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});
