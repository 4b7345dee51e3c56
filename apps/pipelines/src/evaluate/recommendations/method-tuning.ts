import { type ItemScore, ndcgAt } from '@affinity/domain';
import type { PreferenceScorer, QueryMaterial } from './query-material';
import { type MethodName, type MethodParameters, type MethodSources, rankingMethods } from './ranking-methods';

/** Where each search begins. */
const start: MethodParameters = {
  recencyHalfLifeDays: 30,
  preferenceHalfLifeDays: undefined,
  withPopularity: 1,
  logLinear: 1,
  reciprocalRanks: 1,
  withBoth: { popularity: 1, preference: 1 },
};

const halfLives = [7, 14, 30, 90, 365];
const popularityWeights = [0.25, 0.5, 1, 2];
const preferenceWeights = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5];

/** What is tuned, by which way of ranking it is judged, and the values tried. */
const trials: readonly Trial[] = [
  { method: 'recent popularity', values: halfLives.map((recencyHalfLifeDays) => ({ recencyHalfLifeDays })) },
  // Other weights come after the half-life: by then each item's preference is fixed and can be remembered.
  { method: 'model + preference, log-linear', values: preferenceWeights.map((logLinear) => ({ logLinear })) },
  {
    method: 'model + preference, log-linear',
    values: [...halfLives, undefined].map((preferenceHalfLifeDays) => ({ preferenceHalfLifeDays })),
  },
  {
    method: 'preference + popularity, log-linear',
    values: preferenceWeights.map((withPopularity) => ({ withPopularity })),
  },
  { method: 'model + preference, log-linear', values: preferenceWeights.map((logLinear) => ({ logLinear })) },
  {
    method: 'model + preference, reciprocal ranks',
    values: preferenceWeights.map((reciprocalRanks) => ({ reciprocalRanks })),
  },
  {
    method: 'model + popularity + preference, log-linear',
    values: popularityWeights.flatMap((popularity) =>
      preferenceWeights.map((preference) => ({ withBoth: { popularity, preference } })),
    ),
  },
];

interface Trial {
  /** The preference alone ranks more than the candidates, whose scores are all that is remembered. */
  readonly method: Exclude<MethodName, 'preference'>;
  readonly values: readonly Partial<MethodParameters>[];
}

/** The parameters that give the highest NDCG at 10 on questions of an inner split. */
export function tuneMethods(
  materials: readonly QueryMaterial[],
  sources: MethodSources,
  progress: (line: string) => void,
): MethodParameters {
  const remembering = rememberingSources(sources);
  let best = start;
  for (const { method, values } of trials) {
    const scored = values.map((over) => {
      const parameters = { ...best, ...over };
      const rank = rankingMethods(remembering, parameters)[method];
      const sum = materials.reduce((total, material) => total + ndcgAt(rank(material), material.relevant, 10), 0);
      return { parameters, over, value: sum / materials.length };
    });
    const winner = scored.reduce((leader, next) => (next.value > leader.value ? next : leader), {
      parameters: best,
      over: {},
      value: Number.NEGATIVE_INFINITY,
    });
    best = winner.parameters;
    progress(`tuned ${method}: ${describe(winner.over)} gives NDCG@10 ${winner.value.toFixed(4)} on the inner split`);
  }
  return best;
}

/** Remembers what each item scores for each question, of the half-life asked for last. */
function rememberingSources(sources: MethodSources): MethodSources {
  let remembered = new WeakMap<QueryMaterial, PreferenceScorer>();
  let rememberedHalfLife: number | undefined;
  const scorerOf: MethodSources['scorerOf'] = (material, halfLifeDays) => {
    if (halfLifeDays !== rememberedHalfLife) remembered = new WeakMap();
    rememberedHalfLife = halfLifeDays;
    const known = remembered.get(material);
    if (known !== undefined) return known;
    const scorer = rememberingScorer(material, sources.scorerOf(material, halfLifeDays));
    remembered.set(material, scorer);
    return scorer;
  };
  return { ...sources, scorerOf };
}

/** Scores of all candidates, made at once: what they were made from is large, and not kept. */
function rememberingScorer({ model, popular }: QueryMaterial, scorer: PreferenceScorer): PreferenceScorer {
  const scores = new Map<string, ItemScore | undefined>();
  for (const { itemId } of [...model, ...popular]) {
    if (!scores.has(itemId)) scores.set(itemId, condensed(scorer(itemId)));
  }
  return (itemId) => scores.get(itemId);
}

/** The same score in one part: an order needs no explanation. */
function condensed(score: ItemScore | undefined): ItemScore | undefined {
  if (score === undefined) return undefined;
  const part = { dimension: '', value: '', contribution: score.score, posterior: 0, population: 0 };
  return { ...score, contributions: [part] };
}

function describe(over: Partial<MethodParameters>): string {
  return Object.entries(over)
    .map(([name, value]) => `${name} ${value === undefined ? 'none' : JSON.stringify(value)}`)
    .join(', ');
}
