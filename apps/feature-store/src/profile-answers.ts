import {
  AnswerSource,
  DimensionKind,
  type AnswerInfo,
  type CategoricalProfile,
  type Dimension as DimensionMessage,
  type DimensionProfile,
  type ItemProfile,
  type NumericProfile,
  type Profile,
} from '@affinity/contracts';
import {
  formatDay,
  netMoments,
  totalWeight,
  type CategoricalState,
  type Dimension,
  type DimensionState,
  type FoldedProfile,
  type ItemState,
  type Mark,
  type NumericState,
} from '@affinity/domain';

/** How an answer came about. */
export interface AnswerOrigin {
  readonly source: 'memory' | 'cache' | 'store' | 'none';
  readonly stale: boolean;
  readonly newest: Mark;
  readonly tokenCovered: boolean;
}

const sources = {
  memory: AnswerSource.MEMORY,
  cache: AnswerSource.CACHE,
  store: AnswerSource.STORE,
  none: AnswerSource.PRIOR,
} as const;

/** How an answer came about, as a message. */
export function answerInfo({ source, stale, newest, tokenCovered }: AnswerOrigin): AnswerInfo {
  return {
    source: sources[source],
    stale,
    tokenCovered,
    ...(newest.timestampNs === 0n ? {} : { asOf: new Date(Number(newest.timestampNs / 1_000_000n)) }),
  };
}

/** A folded profile as a message: weights floored at zero, heaviest first. */
export function profileMessage({ tile, span }: FoldedProfile): Profile {
  return {
    dimensions: [...tile.dimensions].flatMap(([name, state]) => dimensionMessage(name, state)),
    eventCount: BigInt(tile.eventCount),
    firstDay: span === undefined ? '' : formatDay(span.first),
    lastDay: span === undefined ? '' : formatDay(span.last),
  };
}

function dimensionMessage(name: string, state: DimensionState): DimensionProfile[] {
  switch (state.kind) {
    case 'categorical': {
      const value = categoricalMessage(state);
      return value.totalWeight > 0 ? [{ name, state: { $case: 'categorical', value } }] : [];
    }
    case 'numeric': {
      const value = numericMessage(state);
      return value === undefined ? [] : [{ name, state: { $case: 'numeric', value } }];
    }
    case 'item':
      return [{ name, state: { $case: 'items', value: itemMessage(state) } }];
  }
}

function categoricalMessage(state: CategoricalState): CategoricalProfile {
  const total = totalWeight(state);
  const categories = [...state.weights]
    .filter(([, weight]) => weight > 0)
    .map(([value, weight]) => ({ value, weight, share: weight / total }))
    .sort((left, right) => right.weight - left.weight);
  return { categories, otherWeight: Math.max(0, state.otherWeight), totalWeight: total };
}

function numericMessage(state: NumericState): NumericProfile | undefined {
  const moments = netMoments(state);
  if (moments === undefined) return undefined;
  const { weight, mean, m2, min, max } = moments;
  return { weight, mean, variance: m2 / weight, min, max };
}

function itemMessage(state: ItemState): ItemProfile {
  const items = [...state.items]
    .map(([itemId, { weight, lastAtMs }]) => ({ itemId, weight: Math.max(0, weight), lastAt: new Date(lastAtMs) }))
    .sort((left, right) => right.lastAt.getTime() - left.lastAt.getTime());
  return { items, otherWeight: Math.max(0, state.otherWeight) };
}

const kinds = {
  categorical: DimensionKind.CATEGORICAL,
  numeric: DimensionKind.NUMERIC,
  range: DimensionKind.RANGE,
  item: DimensionKind.ITEM,
} as const;

/** A dimension of the schema as a message. */
export function dimensionOfSchema(dimension: Dimension): DimensionMessage {
  const declared = dimension.kind === 'item' ? undefined : dimension;
  return {
    name: dimension.name,
    kind: kinds[dimension.kind],
    sourceAttribute: declared?.source ?? '',
    priorStrength: declared?.priorStrength ?? 0,
    rankingWeight: declared?.rankingWeight ?? 0,
    cap: 'cap' in dimension ? dimension.cap : 0,
    edges: dimension.kind === 'range' ? [...dimension.edges] : [],
  };
}
