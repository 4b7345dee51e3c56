import type { EnsembleIndex } from './ensemble-index';
import type { ModelRecord } from './recommender-model';

/** The whole state, with ids in place of slots. Postings follow from the histories. */
export function* dumpIndex({
  items,
  popularity,
  recency,
  transitions,
  histories,
}: EnsembleIndex): Iterable<ModelRecord> {
  yield ['clocks', popularity.state, recency.state, transitions.state];
  for (const [id, slot] of items.entries()) {
    yield ['item', id, popularity.storedWeight(slot), recency.storedWeight(slot)];
  }
  for (const [from, successors] of transitions.entries()) {
    yield ['from', items.idOf(from), successors.map(([to, weight]) => [items.idOf(to), weight])];
  }
  for (const [visitorId, { items: visited, times, size }] of histories.entries()) {
    yield ['visitor', visitorId, Array.from({ length: size }, (_, i) => [items.idOf(visited[i] ?? 0), times[i] ?? 0])];
  }
  for (const entry of histories.ownedSessions()) yield ['owner', ...entry];
}

type Pairs = readonly (readonly [string, number])[];

/** Takes in a record of a dump. Throws TypeError when it is of no kind of a dump. */
export function restoreRecord(index: EnsembleIndex, [kind, ...rest]: ModelRecord): void {
  // The records are our own: whoever stores them checks that they come back whole.
  if (kind === 'clocks') restoreClocks(index, rest as unknown as readonly (readonly number[])[]);
  else if (kind === 'item') restoreItem(index, rest as unknown as readonly [string, number, number]);
  else if (kind === 'from') restoreRow(index, rest as unknown as readonly [string, Pairs]);
  else if (kind === 'visitor') restoreVisitor(index, rest as unknown as readonly [string, Pairs]);
  else if (kind === 'owner') index.histories.restoreOwner(rest[0] as string, rest[1] as string);
  else throw new TypeError(`"${kind}" is no record of the ensemble`);
}

function restoreClocks(
  { popularity, recency, transitions }: EnsembleIndex,
  states: readonly (readonly number[])[],
): void {
  [popularity, recency, transitions].forEach((part, i) => part.restoreState(states[i] ?? []));
}

function restoreItem(index: EnsembleIndex, [id, met, metLately]: readonly [string, number, number]): void {
  const slot = index.know(id);
  index.popularity.restoreWeight(slot, met);
  index.recency.restoreWeight(slot, metLately);
}

function restoreRow(index: EnsembleIndex, [from, successors]: readonly [string, Pairs]): void {
  index.transitions.restoreRow(
    index.know(from),
    successors.map(([to, weight]) => [index.know(to), weight]),
  );
}

function restoreVisitor(index: EnsembleIndex, [visitorId, visits]: readonly [string, Pairs]): void {
  for (const [itemId, atMs] of visits) index.histories.add(visitorId, index.know(itemId), atMs);
}
