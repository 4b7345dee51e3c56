import {
  encodeBatchAnswer,
  encodeProfileAnswer,
  ProfileServiceService,
  type BatchGetProfilesRequest,
  type EncodedParts,
  type GetProfileRequest,
  type WatchProfileRequest,
} from '@affinity/contracts';
import {
  bindService,
  EncodedMessage,
  type BoundService,
  type CallContext,
  type HandlersOf,
} from '@affinity/service-kit';
import { featureHandlers, type FeatureHandlersOptions } from './feature-handlers';
import { answerLookups } from './lookup-stream';
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
      parts: encodeProfileAnswer(encoded.field, answerInfo(origin)),
      state: `${origin.newest.timestampNs} ${encoded.eventCount}`,
    };
  };
  return {
    getProfile: async (request, context) =>
      new EncodedMessage(Buffer.concat((await getProfile(request, context)).parts)),
    batchGetProfiles: async (request, context) => {
      checkBatch(request);
      const { query, options: readOptions } = request;
      const ask = (profile: GetProfileRequest['profile']) =>
        getProfile({ profile, query, options: readOptions }, context);
      const answers = await Promise.all(request.profiles.map(ask));
      return new EncodedMessage(encodeBatchAnswer(answers.map(({ parts }) => parts)));
    },
    lookupProfiles: (messages, context) =>
      answerLookups(messages, async (request) => (await getProfile(request, context)).parts),
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
  readonly parts: EncodedParts;
  /** Differs when the profile has other events. */
  readonly state: string;
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
      const { parts, state } = await getProfile(request, context);
      if (state !== shown) yield new EncodedMessage(Buffer.concat(parts));
      shown = state;
      await watch.next(watchRecheckMs, end);
    }
  } finally {
    watch.close();
  }
}
