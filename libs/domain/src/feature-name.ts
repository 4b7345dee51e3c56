import type { Dimension, Schema } from './schema';

/** What is told of a dimension's state. */
export type FeatureStatistic =
  | { readonly kind: 'weight' | 'mean' | 'deviation' | 'min' | 'max' | 'entropy' | 'distinct' | 'recency' }
  /** Share of the heaviest values together. */
  | { readonly kind: 'top'; readonly count: number }
  /** Share of one value. */
  | { readonly kind: 'share'; readonly value: string };

/** A feature of a profile: a statistic of one dimension, or of all events, over the last days. */
export type Feature =
  | {
      readonly kind: 'dimension';
      readonly dimension: string;
      readonly statistic: FeatureStatistic;
      readonly days: number;
    }
  | { readonly kind: 'events'; readonly days: number }
  /** Days since the newest event. */
  | { readonly kind: 'recency' }
  /** A number in the user's own features, by its path. */
  | { readonly kind: 'user'; readonly path: readonly string[] };

const userPrefix = 'user_features.';
const windowed = /^(.+)@(\d{1,4})d$/;
const numericStatistics = ['weight', 'mean', 'deviation', 'min', 'max'] as const;
const categoricalStatistics = ['weight', 'entropy', 'distinct'] as const;
const itemStatistics = ['weight', 'distinct', 'recency'] as const;

/**
 * Reads a feature's name: `<dimension>.<statistic>@<days>d`, `events@<days>d`, `recency` or `user_features.<path>`. Statistics
 * are weight, mean, deviation, min, max of a numeric dimension; weight, entropy (nats), distinct, `top<k>`, `share[<value>]`
 * of a categorical or range dimension; weight, distinct, recency (days) of the item dimension. Returns why a name is none.
 */
export function parseFeature(
  name: string,
  schema: Schema,
): Feature | { readonly kind: 'invalid'; readonly reason: string } {
  if (name === 'recency') return { kind: 'recency' };
  if (name.startsWith(userPrefix)) return { kind: 'user', path: name.slice(userPrefix.length).split('.') };
  const match = windowed.exec(name);
  const days = Number(match?.[2]);
  if (match === null || days < 1) return invalid('must end in @<days>d, be "recency" or begin with "user_features."');
  const [, subject = ''] = match;
  return subject === 'events' ? { kind: 'events', days } : parseDimensionFeature(subject, days, schema);
}

function parseDimensionFeature(subject: string, days: number, schema: Schema): ReturnType<typeof parseFeature> {
  const dot = subject.indexOf('.');
  const dimension = schema.dimensions.find(({ name }) => name === subject.slice(0, dot));
  if (dimension === undefined)
    return invalid(`"${subject.slice(0, Math.max(0, dot))}" is not a dimension of the schema`);
  const statistic = parseStatistic(subject.slice(dot + 1), dimension);
  if (statistic === undefined)
    return invalid(`a ${dimension.kind} dimension has no statistic "${subject.slice(dot + 1)}"`);
  return { kind: 'dimension', dimension: dimension.name, statistic, days };
}

function parseStatistic(text: string, { kind }: Dimension): FeatureStatistic | undefined {
  const simple = {
    numeric: numericStatistics,
    categorical: categoricalStatistics,
    range: categoricalStatistics,
    item: itemStatistics,
  }[kind].find((known) => known === text);
  if (simple !== undefined) return { kind: simple };
  if (kind !== 'categorical' && kind !== 'range') return undefined;
  const top = /^top([1-9]\d?)$/.exec(text);
  if (top !== null) return { kind: 'top', count: Number(top[1]) };
  const share = /^share\[(.+)\]$/s.exec(text);
  return share?.[1] === undefined ? undefined : { kind: 'share', value: share[1] };
}

function invalid(reason: string): { readonly kind: 'invalid'; readonly reason: string } {
  return { kind: 'invalid', reason };
}

/** The features of a schema unless a caller names its own: what every dimension tells, over 7 and 30 days. */
export function defaultFeatures(schema: Schema): readonly string[] {
  const names = schema.dimensions.flatMap((dimension) =>
    [7, 30].flatMap((days) =>
      defaultStatistics(dimension).map((statistic) => `${dimension.name}.${statistic}@${days}d`),
    ),
  );
  return ['recency', 'events@7d', 'events@30d', ...names];
}

function defaultStatistics({ kind }: Dimension): readonly string[] {
  switch (kind) {
    case 'numeric':
      return ['mean', 'deviation', 'weight'];
    case 'categorical':
    case 'range':
      return ['top1', 'top3', 'entropy', 'distinct'];
    case 'item':
      return ['distinct', 'recency'];
  }
}
