import {
  encodeBatchAnswer,
  encodeLookupAnswer,
  encodeProfileAnswer,
  ProfileServiceService,
  type BatchGetProfilesRequest,
  type GetProfileRequest,
  type LookupProfilesRequest,
  type LookupProfilesResponse,
  type WatchProfileRequest,
} from '@affinity/contracts';
import {
  bindService,
  EncodedMessage,
  errorCodeNumbers,
  fromUnknown,
  type BoundService,
  type CallContext,
  type HandlersOf,
} from '@affinity/service-kit';
import { mapConcurrently } from './concurrent-map';
import { featureHandlers, type FeatureHandlersOptions } from './feature-handlers';
import { preferenceHandlers, type PreferenceHandlersOptions } from './preference-handlers';
import { answerInfo, dimensionOfSchema } from './profile-answers';
import { Problems } from './profile-query';
import type { ProfileWatchers } from './profile-watchers';
import type { Served } from './served-profiles';

/** What ProfileService is served from. */
export interface ProfileServiceOptions
  extends Omit<PreferenceHandlersOptions, 'served'>, Omit<FeatureHandlersOptions, 'served'> {
  readonly served: Served<'reader' | 'population' | 'schema'>;
  readonly watchers: ProfileWatchers;
}

const maxBatch = 100;
/** Lookups of one stream that are under way at once. */
const maxConcurrentLookups = 64;
/** Announcements may be lost: a watched profile is looked at again after this time, in milliseconds. */
const watchRecheckMs = 5_000;

/** Serves ProfileService. */
export function profileService(options: ProfileServiceOptions): BoundService {
  return bindService(ProfileServiceService, {
    ...profileHandlers(options),
    ...preferenceHandlers(options),
    ...featureHandlers(options),
  });
}

type ProfileMethods = 'getProfile' | 'batchGetProfiles' | 'lookupProfiles' | 'watchProfile' | 'listDimensions';

function profileHandlers({
  served,
  watchers,
}: ProfileServiceOptions): Pick<HandlersOf<typeof ProfileServiceService>, ProfileMethods> {
  const getProfile: GetProfile = async (request, context) => {
    const { encoded, origin } = await served().reader.readEncoded(request, context);
    return {
      bytes: encodeProfileAnswer(encoded.field, answerInfo(origin)),
      state: `${origin.newest.timestampNs} ${encoded.eventCount}`,
    };
  };
  return {
    getProfile: async (request, context) => new EncodedMessage((await getProfile(request, context)).bytes),
    batchGetProfiles: async (request, context) => {
      checkBatch(request);
      const { query, options: readOptions } = request;
      const ask = (profile: GetProfileRequest['profile']) =>
        getProfile({ profile, query, options: readOptions }, context);
      const answers = await Promise.all(request.profiles.map(ask));
      return new EncodedMessage(encodeBatchAnswer(answers.map(({ bytes }) => bytes)));
    },
    lookupProfiles: (requests, context) =>
      mapConcurrently(
        requests,
        (request) => answerLookup(request, (asked) => getProfile(asked, context)),
        maxConcurrentLookups,
      ),
    watchProfile: (request, context) =>
      watchProfile({ request, context, watchers, profileKey: served().reader.profileKeyOf(request) }, getProfile),
    listDimensions: () => {
      const { schema } = served();
      return Promise.resolve({
        dimensions: schema.dimensions.map(dimensionOfSchema),
        schemaVersion: schema.version,
        retentionDays: schema.retentionDays,
      });
    },
  };
}

function checkBatch({ profiles }: BatchGetProfilesRequest): void {
  const problems = new Problems();
  if (profiles.length < 1 || profiles.length > maxBatch) {
    problems.add('profiles', `must have 1 to ${maxBatch} entries, has ${profiles.length}`);
  }
  problems.throwIfAny();
}

type GetProfile = (request: GetProfileRequest, context: CallContext) => Promise<ProfileAnswer>;

interface ProfileAnswer {
  /** An encoded GetProfileResponse. */
  readonly bytes: Buffer;
  /** Differs when the profile has other events. */
  readonly state: string;
}

/** One lookup that fails has an answer of its own; the stream goes on. */
async function answerLookup(
  { lookupId, request }: LookupProfilesRequest,
  getProfile: (request: GetProfileRequest) => Promise<ProfileAnswer>,
): Promise<LookupProfilesResponse | EncodedMessage> {
  try {
    const { bytes } = await getProfile(request ?? {});
    return new EncodedMessage(encodeLookupAnswer(lookupId, bytes));
  } catch (thrown) {
    const { code, message } = fromUnknown(thrown);
    return { lookupId, result: { $case: 'error', value: { code: errorCodeNumbers[code], message } } };
  }
}

interface WatchTask {
  readonly request: WatchProfileRequest;
  readonly context: CallContext;
  readonly watchers: ProfileWatchers;
  readonly profileKey: string;
}

/** The profile now, and again whenever its newest event has changed; ends when the server drains. */
async function* watchProfile(
  { request, context, watchers, profileKey }: WatchTask,
  getProfile: GetProfile,
): AsyncGenerator<EncodedMessage, void, undefined> {
  const watch = watchers.watch(profileKey);
  const end = AbortSignal.any([context.signal, context.draining]);
  let shown: string | undefined;
  try {
    while (!end.aborted) {
      const { bytes, state } = await getProfile(request, context);
      if (state !== shown) yield new EncodedMessage(bytes);
      shown = state;
      await watch.next(watchRecheckMs, end);
    }
  } finally {
    watch.close();
  }
}
