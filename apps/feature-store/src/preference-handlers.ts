import {
  fromAttributes,
  type GetPreferencesRequest,
  type GetPreferencesResponse,
  type ItemScore,
  type ItemToScore,
  type ProfileServiceService,
  type ScoreItemsRequest,
  type ScoreItemsResponse,
} from '@affinity/contracts';
import { preferencesOf, scoreItem, type AttributeValue, type Preferences } from '@affinity/domain';
import type { ItemStore } from '@affinity/profile-storage';
import type { CallContext, HandlersOf } from '@affinity/service-kit';
import { preferenceMessages } from './preference-answers';
import { answerInfo } from './profile-answers';
import { checkId, Problems } from './profile-query';
import type { ReadProfile } from './profile-reader';
import type { Served, ServedProfiles } from './served-profiles';

/** What preferences are answered from. */
export interface PreferenceHandlersOptions {
  readonly served: Served<'reader' | 'population' | 'schema'>;
  readonly items: ItemStore;
}

const maxScoredItems = 500;
const defaultValues = 20;
const maxValuesAllowed = 1_000;

/** Serves what visitors prefer, and how well items fit them. */
export function preferenceHandlers(
  options: PreferenceHandlersOptions,
): Pick<HandlersOf<typeof ProfileServiceService>, 'getPreferences' | 'scoreItems'> {
  return {
    getPreferences: (request, context) => getPreferences(options, request, context),
    scoreItems: (request, context) => scoreItems(options, request, context),
  };
}

async function getPreferences(
  options: PreferenceHandlersOptions,
  request: GetPreferencesRequest,
  context: CallContext,
): Promise<GetPreferencesResponse> {
  const problems = new Problems();
  if (request.maxValues > maxValuesAllowed)
    problems.add('max_values', `must be at most ${maxValuesAllowed}, is ${request.maxValues}`);
  problems.throwIfAny();
  const served = options.served();
  const read = await served.reader.read(request, context);
  const preferences = preferencesFor(served, read, request.query?.dimensions ?? []);
  return {
    preferences: { dimensions: preferenceMessages(preferences, request.maxValues || defaultValues) },
    info: answerInfo(read.origin),
  };
}

function preferencesFor(
  { schema, population }: Pick<ServedProfiles, 'schema' | 'population'>,
  { folded }: ReadProfile,
  names: readonly string[],
): Preferences {
  const wanted = new Set(names);
  const dimensions = schema.dimensions.filter(({ name }) => wanted.size === 0 || wanted.has(name));
  return preferencesOf(folded.tile, population.tile, dimensions);
}

async function scoreItems(
  options: PreferenceHandlersOptions,
  request: ScoreItemsRequest,
  context: CallContext,
): Promise<ScoreItemsResponse> {
  checkItems(request.items);
  const served = options.served();
  const [read, attributes] = await Promise.all([
    served.reader.read(request, context),
    attributesOf(options.items, request.items),
  ]);
  const preferences = preferencesFor(served, read, request.query?.dimensions ?? []);
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
