import { emptyState, emptyTile, mergeState, type DayTile } from './day-tile';
import { spanHas, type Day, type DaySpan } from './day';
import { decayFactor, type Decay } from './decay';

/** A tile with the day that it belongs to; several regions may each have one for the same day. */
export interface DatedTile {
  readonly day: Day;
  readonly tile: DayTile;
}

/** Which days and dimensions to fold, and how older days count. */
export interface FoldQuery {
  readonly span: DaySpan;
  readonly decay: Decay;
  /** Default: all. */
  readonly dimensions?: ReadonlySet<string>;
}

/** Many tiles folded into one, and what they span. */
export interface FoldedProfile {
  readonly tile: DayTile;
  /** The first and last day that hold any event; undefined when none does. */
  readonly span: DaySpan | undefined;
}

/** Folds the tiles of a query's days into one, each scaled by its age. Merging at read is uncapped. */
export function foldProfile(tiles: Iterable<DatedTile>, query: FoldQuery): FoldedProfile {
  const folded = emptyTile();
  let span: DaySpan | undefined;
  for (const { day, tile } of tiles) {
    if (!spanHas(query.span, day)) continue;
    const factor = decayFactor(query.decay, query.span.last - day);
    mergeSelected(folded, tile, { factor, dimensions: query.dimensions });
    folded.eventCount += tile.eventCount;
    span =
      span === undefined
        ? { first: day, last: day }
        : { first: Math.min(span.first, day), last: Math.max(span.last, day) };
  }
  return { tile: folded, span };
}

function mergeSelected(
  target: DayTile,
  source: DayTile,
  { factor, dimensions }: { readonly factor: number; readonly dimensions: ReadonlySet<string> | undefined },
): void {
  if (factor === 0) return;
  for (const [name, state] of source.dimensions) {
    if (dimensions !== undefined && !dimensions.has(name)) continue;
    let own = target.dimensions.get(name);
    if (own === undefined) {
      own = emptyState(state.kind);
      target.dimensions.set(name, own);
    } else if (own.kind !== state.kind) {
      // The schema changed the dimension's kind under the same name; the tiles of the other kind do not apply.
      continue;
    }
    mergeState(own, state, factor);
  }
}
