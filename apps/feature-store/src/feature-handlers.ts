import type { GetFeatureVectorRequest, GetFeatureVectorResponse, ProfileServiceService } from '@affinity/contracts';
import {
  defaultFeatures,
  featureValues,
  featureVersion,
  parseFeature,
  type Feature,
  type Schema,
} from '@affinity/domain';
import type { UserStore } from '@affinity/profile-storage';
import type { CallContext, HandlersOf } from '@affinity/service-kit';
import { answerInfo } from './profile-answers';
import { Problems } from './profile-query';
import type { Served } from './served-profiles';

/** What feature vectors are answered from. */
export interface FeatureHandlersOptions {
  readonly served: Served<'reader' | 'schema'>;
  readonly users: UserStore;
}

const maxFeatures = 1_000;

/** Serves feature vectors. */
export function featureHandlers(
  options: FeatureHandlersOptions,
): Pick<HandlersOf<typeof ProfileServiceService>, 'getFeatureVector'> {
  return { getFeatureVector: (request, context) => getFeatureVector(options, request, context) };
}

async function getFeatureVector(
  { served, users }: FeatureHandlersOptions,
  request: GetFeatureVectorRequest,
  context: CallContext,
): Promise<GetFeatureVectorResponse> {
  const { reader, schema } = served();
  const names = request.features.length > 0 ? request.features : [...defaultFeatures(schema)];
  const features = parseFeatures(names, schema);
  const [read, userFeatures] = await Promise.all([
    reader.readTiles({ profile: request.profile, options: request.options }, context),
    features.some(({ kind }) => kind === 'user') ? userFeaturesOf(users, request) : undefined,
  ]);
  const values = featureValues(features, { tiles: read.tiles, today: read.today, userFeatures });
  return {
    vector: { version: featureVersion(names, schema.version), names, values: [...values] },
    info: answerInfo(read.origin),
  };
}

function parseFeatures(names: readonly string[], schema: Schema): readonly Feature[] {
  const problems = new Problems();
  if (names.length > maxFeatures)
    problems.add('features', `must have at most ${maxFeatures} entries, has ${names.length}`);
  const features: Feature[] = [];
  names.slice(0, maxFeatures).forEach((name, i) => {
    const feature = parseFeature(name, schema);
    if (feature.kind === 'invalid') problems.add(`features[${i}]`, feature.reason);
    else features.push(feature);
  });
  problems.throwIfAny();
  return features;
}

async function userFeaturesOf(users: UserStore, { profile }: GetFeatureVectorRequest): Promise<unknown> {
  if (profile?.key?.$case !== 'userId') return undefined;
  return (await users.get(profile.key.value))?.userFeatures;
}
