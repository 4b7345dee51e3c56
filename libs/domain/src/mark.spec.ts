import fc from 'fast-check';
import { advance, covers, isNoLater, markOfNothing, type Mark } from './mark';

const at = (sequence: number, timestampNs: bigint): Mark => ({ sequence, timestampNs });

describe('covers', () => {
  it('holds for what was counted before', () => {
    expect(covers(at(10, 1_000n), at(10, 1_000n))).toBe(true);
    expect(covers(at(10, 1_000n), at(9, 900n))).toBe(true);
  });

  it('fails for a number that a rolled-back stream hands out again', () => {
    expect(covers(at(10, 1_000n), at(9, 2_000n))).toBe(false);
    expect(covers(at(10, 1_000n), at(10, 1_001n))).toBe(false);
  });

  it('fails for everything when nothing was counted', () => {
    expect(covers(markOfNothing, at(1, 1n))).toBe(false);
  });
});

describe('isNoLater', () => {
  it('goes by time, so that a state of a rolled-back stream is earlier whatever its sequence', () => {
    expect(isNoLater(at(9, 1_000n), at(1, 2_000n))).toBe(true);
    expect(isNoLater(at(1, 2_000n), at(9, 1_000n))).toBe(false);
  });

  it('goes by sequence at the same time', () => {
    expect(isNoLater(at(1, 1_000n), at(1, 1_000n))).toBe(true);
    expect(isNoLater(at(2, 1_000n), at(1, 1_000n))).toBe(false);
  });
});

describe('advance', () => {
  it('covers every position of a stream once it has counted them, even when a new leader’s clock is behind', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(1_000n, 1_100n), { minLength: 1 }), (timestamps) => {
        const positions = timestamps.map((timestampNs, i) => at(i + 1, timestampNs));
        const mark = positions.reduce(advance, markOfNothing);
        return positions.every((position) => covers(mark, position));
      }),
    );
  });

  it('does not cover later positions of a stream that was rolled back', () => {
    const mark = [at(1, 10n), at(2, 20n), at(3, 30n), at(2, 40n)].reduce(advance, markOfNothing);
    expect(covers(mark, at(3, 50n))).toBe(false);
  });
});
