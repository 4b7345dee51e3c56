export { type Attributes, type AttributeValue, type Interaction } from './interaction';
export { refusalOf } from './interaction-judgement';
export {
  availabilityAttributes,
  availabilityOf,
  isAvailable,
  type AvailabilityAttributes,
  type AvailabilitySpan,
} from './availability';
export { collidesWithSessionKeys, fnv1a32, partitionOf, profileKeyOf, type Actor } from './profile-key';
export { advance, contradicts, covers, isNoLater, markOfNothing, sameMark, type Mark } from './mark';
export { dayOf, formatDay, lastDays, parseDay, spanHas, startOfDay, type Day, type DaySpan } from './day';
export {
  itemDimensionName,
  type AttributeType,
  type CategoricalDimension,
  type DeclaredDimension,
  type Dimension,
  type EventType,
  type ItemDimension,
  type NumericDimension,
  type RangeDimension,
  type Schema,
  type SchemaClock,
} from './schema';
export { parseSchema, type ParsedSchema } from './schema-parse';
export { emptyCategorical, mergeCategorical, type CategoricalState } from './categorical-state';
export { emptyItems, mergeItems, type ItemEntry, type ItemState } from './item-state';
export {
  addNumber,
  emptyMoments,
  emptyNumeric,
  mergeMoments,
  mergeNumeric,
  netMoments,
  type Moments,
  type NumericState,
} from './numeric-state';
export { emptyState, emptyTile, mergeState, mergeTile, type DayTile, type DimensionState } from './day-tile';
export {
  categoriesOf,
  contributionOf,
  type ChangedDimensions,
  foldInteraction,
  TileCounter,
  type Contribution,
  type FoldRules,
  type TileLimits,
} from './tile-fold';
export { maxTileValueBytes, stateBytes } from './tile-size';
export { utf8Length } from './utf8-length';
export { rangeLabel } from './range-label';
export { EventIdMemory, hashEventId, rememberedEventIds } from './event-id-memory';
export { decayFactor, noDecay, type Decay, type DecayStep } from './decay';
export { foldProfile, type DatedTile, type FoldedProfile, type FoldQuery } from './profile-fold';
export { CategoricalPreference, totalWeight, type ValuePreference } from './categorical-preference';
export { NumericPreference } from './numeric-preference';
export {
  preferencesOf,
  scoreItem,
  type DimensionPreference,
  type ItemScore,
  type Preferences,
  type ScoreContribution,
} from './item-score';
export {
  betaQuantile,
  incompleteBeta,
  logGamma,
  studentTLogDensity,
  studentTQuantile,
  trigamma,
  type StudentT,
} from './special-functions';
export {
  emptySketch,
  mergeSketch,
  quantilesOf,
  sketchRelativeError,
  sketchWeight,
  type QuantileSketch,
} from './quantile-sketch';
export { interleave } from './candidate-pool';
export { mostPopularFirst, popularItems, type PopularItem } from './popular-items';
export {
  mergeLogLinear,
  mergeRanks,
  mergeReciprocalRanks,
  reciprocalRankConstant,
  type MergeCandidate,
  type MergedItem,
  type MergedPart,
  type MergeWeights,
  type PreferencePart,
} from './rank-merge';
export { defaultFeatures, parseFeature, type Feature, type FeatureStatistic } from './feature-name';
export { featureValues, featureVersion, type FeatureSource } from './feature-vector';
export { totalVariation } from './total-variation';
export { ProfileIndex } from './profile-index';
export { coverageAt, discountAt, idealGain, ndcgAt, precisionAt, recallAt, reciprocalRankAt } from './ranking-metrics';
export {
  type ItemPredicate,
  type ModelEvent,
  type ModelRecord,
  type RecommendationQuery,
  type RecommenderModel,
  type ScoredItem,
} from './collaborative/recommender-model';
export { type EnsembleLimits } from './collaborative/ensemble-index';
export {
  type EnsembleParameters,
  type EnsembleWeights,
  untrainedParameters,
} from './collaborative/ensemble-parameters';
export { EnsembleModel } from './collaborative/ensemble-model';
export { type EventSequence } from './collaborative/held-out';
export { type ValidationMetrics } from './collaborative/validation-metrics';
export {
  finish,
  fitting,
  train,
  type TrainedModel,
  training,
  type TrainingOptions,
} from './collaborative/ensemble-training';
export { bootstrapMean, type BootstrapOptions, type MeanEstimate } from './bootstrap';
