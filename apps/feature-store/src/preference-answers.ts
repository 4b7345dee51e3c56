import type {
  CategoricalPreference as CategoricalMessage,
  DimensionPreference as PreferenceMessage,
  NumericPreference as NumericMessage,
} from '@affinity/contracts';
import type { CategoricalPreference, NumericPreference, Preferences } from '@affinity/domain';

/** Preferences as messages, each with its likeliest values. */
export function preferenceMessages(preferences: Preferences, maxValues: number): PreferenceMessage[] {
  return [...preferences].map(([name, entry]) => ({
    name,
    preference:
      entry.kind === 'categorical'
        ? { $case: 'categorical', value: categoricalMessage(entry.preference, maxValues) }
        : { $case: 'numeric', value: numericMessage(entry.preference) },
  }));
}

function categoricalMessage(preference: CategoricalPreference, maxValues: number): CategoricalMessage {
  const categories = [...preference.values()]
    .map((value) => ({ value, ...preference.of(value) }))
    .sort((left, right) => right.probability - left.probability)
    .slice(0, maxValues)
    .map((category) => ({ ...category, ...preference.interval(category.value) }));
  const { evidence, priorStrength, otherProbability } = preference;
  return { categories, evidence, priorStrength, otherProbability };
}

/** The parts of the population whose bounds an answer gives. */
const quantileParts = [0.05, 0.25, 0.5, 0.75, 0.95];

function numericMessage(preference: NumericPreference): NumericMessage {
  const { mean, predictive, populationMean, populationDeviation, evidence, priorStrength } = preference;
  const quantiles = preference.populationQuantiles(quantileParts) ?? [];
  return {
    mean,
    scale: predictive.scale,
    degreesOfFreedom: predictive.degreesOfFreedom,
    ...preference.interval(),
    populationMean,
    populationDeviation,
    evidence,
    priorStrength,
    populationQuantiles: quantiles.map((value, i) => ({ part: quantileParts[i] ?? 0, value })),
  };
}
