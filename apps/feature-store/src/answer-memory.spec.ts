import { noDecay, type FoldQuery } from '@affinity/domain';
import { AnswerMemory } from './answer-memory';

const query: FoldQuery = { span: { first: 1, last: 30 }, decay: noDecay };
const otherQueries: readonly FoldQuery[] = [
  { ...query, span: { first: 1, last: 31 } },
  { ...query, span: { first: 2, last: 30 } },
  { ...query, decay: { kind: 'exponential', halfLifeDays: 7 } },
  { ...query, decay: { kind: 'exponential', halfLifeDays: 8 } },
  { ...query, dimensions: new Set(['a']) },
  { ...query, dimensions: new Set(['a', 'b']) },
  { ...query, dimensions: new Set(['a","b']) },
  { ...query, dimensions: new Set(['*']) },
];

function counting(bytes = 10) {
  let folds = 0;
  return {
    fold: () => ({ field: new Uint8Array(bytes), eventCount: (folds += 1) }),
    folds: () => folds,
  };
}

describe('AnswerMemory', () => {
  it('folds the same question about the same tiles once', () => {
    const memory = new AnswerMemory(100_000);
    const tiles: readonly unknown[] = [];
    const { fold, folds } = counting();
    const first = memory.answer(tiles, query, fold);
    expect(memory.answer(tiles, { ...query, span: { ...query.span } }, fold)).toBe(first);
    expect(folds()).toBe(1);
  });

  it('folds another question, and other tiles that look the same, anew', () => {
    const memory = new AnswerMemory(100_000);
    const tiles: readonly unknown[] = [];
    const { fold, folds } = counting();
    for (const asked of [query, ...otherQueries]) memory.answer(tiles, asked, fold);
    expect(folds()).toBe(1 + otherQueries.length);
    memory.answer([], query, fold);
    expect(folds()).toBe(2 + otherQueries.length);
  });

  it('keeps to its bytes, and remembers nothing with none', () => {
    const memory = new AnswerMemory(10_000);
    for (let i = 0; i < 100; i += 1) {
      memory.answer([], query, counting(1_000).fold);
      expect(memory.bytes).toBeLessThanOrEqual(10_000);
    }
    const none = new AnswerMemory(0);
    const tiles: readonly unknown[] = [];
    const { fold, folds } = counting();
    none.answer(tiles, query, fold);
    none.answer(tiles, query, fold);
    expect(folds()).toBe(2);
    expect(none.bytes).toBe(0);
  });
});
