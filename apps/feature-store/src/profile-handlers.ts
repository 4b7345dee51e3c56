import {
  fromAttributes,
  ProfileServiceService,
  type BatchGetProfilesRequest,
  type GetPreferencesRequest,
  type GetPreferencesResponse,
  type GetProfileRequest,
  type GetProfileResponse,
  type ItemScore,
  type ItemToScore,
  type ListDimensionsResponse,
  type ScoreItemsRequest,
  type ScoreItemsResponse,
} from '@affinity/contracts';
import { preferencesOf, scoreItem, type AttributeValue, type Preferences, type Schema } from '@affinity/domain';
import type { ItemStore } from '@affinity/profile-storage';
import { bindService, type BoundService, type CallContext } from '@affinity/service-kit';
import type { Population } from './population';
import { preferenceMessages } from './preference-answers';
import { answerInfo, dimensionOfSchema, profileMessage } from './profile-answers';
import { checkId, Problems } from './profile-query';
import type { ProfileReader, ReadProfile } from './profile-reader';

/** What ProfileService is served from. */
export interface ProfileHandlersOptions {
  readonly reader: ProfileReader;
  readonly population: Population;
  readonly items: ItemStore;
  readonly schema: Schema;
}

const maxBatch = 100;
const maxScoredItems = 500;
const defaultValues = 20;
const maxValuesAllowed = 1_000;

/** Serves ProfileService. */
export function profileService(options: ProfileHandlersOptions): BoundService {
  const { reader, schema } = options;
  const getProfile = async (request: GetProfileRequest, context: CallContext): Promise<GetProfileResponse> => {
    const { folded, origin } = await reader.read(request, context);
    return { profile: profileMessage(folded), info: answerInfo(origin) };
  };
  return bindService(ProfileServiceService, {
    getProfile,
    batchGetProfiles: async (request, context) => {
      checkBatch(request);
      const { query, options: readOptions } = request;
      const ask = (profile: GetProfileRequest['profile']) =>
        getProfile({ profile, query, options: readOptions }, context);
      return { profiles: await Promise.all(request.profiles.map(ask)) };
    },
    getPreferences: (request, context) => getPreferences(options, request, context),
    scoreItems: (request, context) => scoreItems(options, request, context),
    listDimensions: (): Promise<ListDimensionsResponse> =>
      Promise.resolve({
        dimensions: schema.dimensions.map(dimensionOfSchema),
        schemaVersion: schema.version,
        retentionDays: schema.retentionDays,
      }),
  });
}

function checkBatch({ profiles }: BatchGetProfilesRequest): void {
  const problems = new Problems();
  if (profiles.length < 1 || profiles.length > maxBatch) {
    problems.add('profiles', `must have 1 to ${maxBatch} entries, has ${profiles.length}`);
  }
  problems.throwIfAny();
}

async function getPreferences(
  options: ProfileHandlersOptions,
  request: GetPreferencesRequest,
  context: CallContext,
): Promise<GetPreferencesResponse> {
  const problems = new Problems();
  if (request.maxValues > maxValuesAllowed)
    problems.add('max_values', `must be at most ${maxValuesAllowed}, is ${request.maxValues}`);
  problems.throwIfAny();
  const read = await options.reader.read(request, context);
  const preferences = preferencesFor(options, read, request.query?.dimensions ?? []);
  return {
    preferences: { dimensions: preferenceMessages(preferences, request.maxValues || defaultValues) },
    info: answerInfo(read.origin),
  };
}

function preferencesFor(
  { schema, population }: ProfileHandlersOptions,
  { folded }: ReadProfile,
  names: readonly string[],
): Preferences {
  const wanted = new Set(names);
  const dimensions = schema.dimensions.filter(({ name }) => wanted.size === 0 || wanted.has(name));
  return preferencesOf(folded.tile, population.tile, dimensions);
}

async function scoreItems(
  options: ProfileHandlersOptions,
  request: ScoreItemsRequest,
  context: CallContext,
): Promise<ScoreItemsResponse> {
  checkItems(request.items);
  const [read, attributes] = await Promise.all([
    options.reader.read(request, context),
    attributesOf(options.items, request.items),
  ]);
  const preferences = preferencesFor(options, read, request.query?.dimensions ?? []);
  const scores = request.items.map(({ itemId }): ItemScore => {
    const known = attributes.get(itemId);
    const { score, deviation, contributions } = scoreItem(preferences, known ?? new Map());
    return { itemId, score, deviation, contributions: [...contributions], unknownItem: known === undefined };
  });
  return { scores, info: answerInfo(read.origin) };
}

function checkItems(items: readonly ItemToScore[]): void {
  const problems = new Problems();
  if (items.length < 1 || items.length > maxScoredItems) {
    problems.add('items', `must have 1 to ${maxScoredItems} entries, has ${items.length}`);
  }
  items.forEach(({ itemId }, i) => checkId(`items[${i}].item_id`, itemId, problems));
  problems.throwIfAny();
}

/** The attributes of each item: those of the request, else the catalogue's. */
async function attributesOf(
  store: ItemStore,
  items: readonly ItemToScore[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, AttributeValue>>> {
  const missing = items.filter(({ attributes }) => attributes.size === 0).map(({ itemId }) => itemId);
  const stored = missing.length === 0 ? new Map<string, never>() : await store.getItems(missing);
  const found = new Map<string, ReadonlyMap<string, AttributeValue>>();
  for (const { itemId, attributes } of items) if (attributes.size > 0) found.set(itemId, fromAttributes(attributes));
  for (const [itemId, item] of stored) found.set(itemId, fromAttributes(item.attributes));
  return found;
}
