import { EventIdMemory, hashEventId } from './event-id-memory';

describe('EventIdMemory', () => {
  it('remembers ids until newer ones push them out, oldest first', () => {
    const memory = new EventIdMemory([], 3);
    for (const id of ['a', 'b', 'c', 'd']) memory.add(id);
    expect(['a', 'b', 'c', 'd'].map((id) => memory.has(id))).toEqual([false, true, true, true]);
    expect(memory.size).toBe(3);
  });

  it('says whether an id was new, and keeps the newest in their order however many came', () => {
    const memory = new EventIdMemory([], 4);
    for (let i = 0; i < 1_000; i += 1) expect([memory.add(`e${i}`), memory.add(`e${i}`)]).toEqual([true, false]);
    expect(memory.toArray()).toEqual([996, 997, 998, 999].map((i) => hashEventId(`e${i}`)));
  });

  it('knows few ids and many alike', () => {
    const memory = new EventIdMemory([], 100);
    for (let i = 0; i < 250; i += 1) {
      memory.add(`e${i}`);
      const known = Array.from({ length: i + 2 }, (_, j) => memory.has(`e${j}`));
      expect(known).toEqual(Array.from({ length: i + 2 }, (_, j) => j <= i && j > i - 100));
    }
  });

  it('survives being stored', () => {
    const memory = new EventIdMemory([], 3);
    for (const id of ['a', 'b']) memory.add(id);
    const restored = new EventIdMemory(memory.toArray(), 3);
    restored.add('c');
    restored.add('d');
    expect(['a', 'b', 'c', 'd'].map((id) => restored.has(id))).toEqual([false, true, true, true]);
  });
});

describe('hashEventId', () => {
  it('gives whole numbers below 2^53 and no repeat among 200,000 similar ids', () => {
    const hashes = new Set<number>();
    for (let i = 0; i < 200_000; i += 1) hashes.add(hashEventId(`event-${i}`));
    expect(hashes.size).toBe(200_000);
    for (const hash of [...hashes].slice(0, 1_000)) expect(Number.isSafeInteger(hash)).toBe(true);
  });
});
