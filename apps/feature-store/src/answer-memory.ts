import type { FoldQuery } from '@affinity/domain';
import { LRUCache } from 'lru-cache';

/** A profile as answers carry it. */
export interface EncodedProfile {
  /** The encoded profile field of an answer. */
  readonly field: Uint8Array;
  readonly eventCount: number;
}

const bytesPerEntry = 300;

/**
 * Folded profiles as they were answered last: a caller asks the same question again and again, and between two events of a
 * visitor the answer is the same bytes. They belong to the very tiles that they were folded from; other tiles have other
 * answers, and what is no longer asked for is pushed out.
 */
export class AnswerMemory {
  private readonly answers: LRUCache<string, EncodedProfile> | undefined;
  private readonly idsOfTiles = new WeakMap<readonly unknown[], number>();
  private nextId = 0;

  /** @param maxBytes of answers, about; 0 remembers none */
  constructor(maxBytes: number) {
    this.answers =
      maxBytes === 0
        ? undefined
        : new LRUCache({
            maxSize: maxBytes,
            sizeCalculation: ({ field }, key) => field.length + 2 * key.length + bytesPerEntry,
          });
  }

  /** Bytes remembered, about. */
  get bytes(): number {
    return this.answers?.calculatedSize ?? 0;
  }

  /** The answer to a question about these tiles, made by `fold` unless it is remembered. */
  answer(tiles: readonly unknown[], query: FoldQuery, fold: () => EncodedProfile): EncodedProfile {
    if (this.answers === undefined) return fold();
    const key = `${this.idOf(tiles)} ${keyOf(query)}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const made = fold();
    this.answers.set(key, made);
    return made;
  }

  private idOf(tiles: readonly unknown[]): number {
    let id = this.idsOfTiles.get(tiles);
    if (id === undefined) this.idsOfTiles.set(tiles, (id = this.nextId++));
    return id;
  }
}

/** The same text for the same question only. */
function keyOf({ span, decay, dimensions }: FoldQuery): string {
  const asked = dimensions === undefined ? '*' : JSON.stringify([...dimensions]);
  return `${span.first} ${span.last} ${JSON.stringify(decay)} ${asked}`;
}
