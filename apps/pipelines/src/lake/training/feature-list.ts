import { defaultFeatures, parseFeature, type Feature, type Schema } from '@affinity/domain';
import { invalidArgument } from '@affinity/service-kit';

/** Features by name, in one order. */
export interface FeatureList {
  readonly names: readonly string[];
  readonly features: readonly Feature[];
}

/**
 * The features of these names, or the schema's own. Throws INVALID_ARGUMENT for names that are none, and for the user's own
 * features: the store has only their newest values, which at an earlier time were not known.
 */
export function featureList(schema: Schema, wanted?: readonly string[]): FeatureList {
  const names = wanted ?? defaultFeatures(schema);
  const problems: { field: string; description: string }[] = [];
  const features: Feature[] = [];
  for (const name of names) {
    const feature = parseFeature(name, schema);
    if (feature.kind === 'invalid') problems.push({ field: `feature ${name}`, description: feature.reason });
    else if (feature.kind === 'user')
      problems.push({ field: `feature ${name}`, description: 'is known as it is now only: put it into customers' });
    else features.push(feature);
  }
  if (problems.length > 0) throw invalidArgument(problems);
  return { names, features };
}
