import { ForwardDecay } from './forward-decay';
import { grown } from './growable-array';

/** How transitions are kept. */
export interface ItemTransitionsOptions {
  /** Infinity: a transition counts for ever. */
  readonly halfLifeMs: number;
  /** The most successors of one item; the weakest go when there are more. */
  readonly maxSuccessors: number;
}

/** Where people go from one item. The first `size` elements of the arrays count. */
interface Row {
  successors: Uint32Array;
  weights: Float64Array;
  size: number;
  total: number;
}

/** Share of the successors that stays when there are too many; removing several at once keeps the cost of each low. */
const keptShare = 0.75;

/** Which items people go to from which, and how strongly, with decay. */
export class ItemTransitions {
  private readonly rows: (Row | undefined)[] = [];
  private readonly decay: ForwardDecay;

  constructor(private readonly options: ItemTransitionsOptions) {
    this.decay = new ForwardDecay(options.halfLifeMs, (factor) => this.rescale(factor));
  }

  /** What a weight of 1 at this instant is stored as, until the next call. */
  factorAt(atMs: number): number {
    return this.decay.factorAt(atMs);
  }

  /** Strengthens the way from one item to another by a stored weight. */
  add(from: number, to: number, weight: number): void {
    const row = (this.rows[from] ??= newRow());
    let place = indexIn(row, to);
    if (place === this.options.maxSuccessors) {
      this.keepStrongest(row);
      place = row.size;
    }
    append(row, place, { to, weight });
  }

  /** Adds `weight` times the probability of each successor of an item to `scores`, and tells which items gained. */
  spread(
    from: number,
    weight: number,
    into: { readonly scores: Float64Array; readonly touch: (slot: number) => void },
  ): void {
    const row = this.rows[from];
    if (row === undefined || row.total <= 0) return;
    const factor = weight / row.total;
    for (let i = 0; i < row.size; i += 1) {
      const slot = row.successors[i] ?? 0;
      const gain = factor * (row.weights[i] ?? 0);
      if (gain <= 0) continue;
      into.touch(slot);
      into.scores[slot] = (into.scores[slot] ?? 0) + gain;
    }
  }

  /** Forgets all ways from and to items. `gone` holds 1 for each of them. */
  forget(gone: Uint8Array): void {
    this.rows.forEach((row, from) => {
      if (row === undefined) return;
      if (gone[from] === 1) this.rows[from] = undefined;
      else keep(row, (_, i) => gone[row.successors[i] ?? 0] !== 1);
    });
  }

  /** For a dump: each row as successors and stored weights, to be read together with `state`. */
  *entries(): Iterable<readonly [from: number, successors: readonly (readonly [to: number, weight: number])[]]> {
    for (const [from, row] of this.rows.entries()) {
      if (row === undefined || row.size === 0) continue;
      const { successors, weights, size } = row;
      yield [from, Array.from({ length: size }, (_, i) => [successors[i] ?? 0, weights[i] ?? 0] as const)];
    }
  }

  /** For a dump: the state of the decay. */
  get state(): readonly number[] {
    return this.decay.state;
  }

  /** Puts a dumped state of the decay back. */
  restoreState(state: readonly number[]): void {
    this.decay.restore(state);
  }

  /** Puts a row back as `entries` gave it. */
  restoreRow(from: number, successors: readonly (readonly [to: number, weight: number])[]): void {
    const row = newRow();
    for (const [to, weight] of successors) append(row, row.size, { to, weight });
    this.rows[from] = row;
  }

  private rescale(factor: number): void {
    for (const row of this.rows) {
      if (row === undefined) continue;
      row.weights = row.weights.map((weight) => weight * factor);
      row.total = sum(row);
    }
  }

  private keepStrongest(row: Row): void {
    const kept = Math.floor(this.options.maxSuccessors * keptShare);
    const falling = row.weights.slice(0, row.size).sort().reverse();
    const least = falling[kept - 1] ?? 0;
    let room = kept;
    keep(row, (weight) => weight >= least && room-- > 0);
  }
}

function newRow(): Row {
  return { successors: new Uint32Array(4), weights: new Float64Array(4), size: 0, total: 0 };
}

function indexIn({ successors, size }: Row, to: number): number {
  for (let i = 0; i < size; i += 1) if (successors[i] === to) return i;
  return size;
}

function append(row: Row, i: number, { to, weight }: { readonly to: number; readonly weight: number }): void {
  if (i === row.size) {
    row.size += 1;
    row.successors = grown(row.successors, row.size);
    row.weights = grown(row.weights, row.size);
    row.successors[i] = to;
    row.weights[i] = 0;
  }
  row.weights[i] = (row.weights[i] ?? 0) + weight;
  row.total += weight;
}

/** Keeps the successors that a rule admits, in their order. */
function keep(row: Row, admits: (weight: number, i: number) => boolean): void {
  let size = 0;
  for (let i = 0; i < row.size; i += 1) {
    const weight = row.weights[i] ?? 0;
    if (!admits(weight, i)) continue;
    row.successors[size] = row.successors[i] ?? 0;
    row.weights[size] = weight;
    size += 1;
  }
  row.size = size;
  row.total = sum(row);
}

function sum({ weights, size }: Row): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += weights[i] ?? 0;
  return total;
}
