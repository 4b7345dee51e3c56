import {
  encodeFailedLookup,
  encodeLookup,
  encodedBytes,
  joinLookups,
  type EncodedParts,
  type GetProfileRequest,
  type LookupProfilesRequest,
} from '@affinity/contracts';
import { EncodedMessage, errorCodeNumbers, fromUnknown } from '@affinity/service-kit';
import { mapConcurrently } from './concurrent-map';
import { Problems } from './profile-query';

/** Further lookups of one message. */
const maxMore = 99;
/** No message is read while so many lookups of a stream are unanswered. */
const maxConcurrentLookups = 128;
/** Bytes of answers that share a message, about: the caller is to work on some while others are on their way. */
const maxMessageBytes = 131_072;

/**
 * Answers the lookups of one stream as they become ready. One that fails has an answer of its own; the stream goes on. Answers
 * share messages once the caller has shown, by its own field `more`, that it looks there. Throws INVALID_ARGUMENT for a message
 * of too many lookups.
 *
 * @param getProfile gives an encoded answer of GetProfile
 */
export async function* answerLookups(
  messages: AsyncIterable<LookupProfilesRequest>,
  getProfile: (request: GetProfileRequest) => Promise<EncodedParts>,
): AsyncGenerator<EncodedMessage, void, undefined> {
  const caller = { shares: false };
  async function* lookups(): AsyncGenerator<readonly LookupProfilesRequest[], void, undefined> {
    for await (const message of messages) {
      checkMore(message);
      caller.shares ||= message.more.length > 0;
      yield [message, ...message.more];
    }
  }
  const answers = mapConcurrently(lookups(), (lookup) => answerLookup(lookup, getProfile), maxConcurrentLookups);
  for await (const ready of answers) {
    const groups = caller.shares ? groupsUpTo(maxMessageBytes, ready) : ready.map((lookup) => [lookup]);
    for (const group of groups) yield new EncodedMessage(joinLookups(group));
  }
}

function checkMore({ more }: LookupProfilesRequest): void {
  const problems = new Problems();
  if (more.length > maxMore) problems.add('more', `must have at most ${maxMore} entries, has ${more.length}`);
  more.forEach((lookup, i) => {
    if (lookup.more.length > 0) problems.add(`more[${i}].more`, 'must be empty');
  });
  problems.throwIfAny();
}

async function answerLookup(
  { lookupId, request }: LookupProfilesRequest,
  getProfile: (request: GetProfileRequest) => Promise<EncodedParts>,
): Promise<EncodedParts> {
  try {
    return encodeLookup(lookupId, await getProfile(request ?? {}));
  } catch (thrown) {
    const { code, message } = fromUnknown(thrown);
    return encodeFailedLookup(lookupId, { code: errorCodeNumbers[code], message });
  }
}

/** Answers in their order, in groups of at most so many bytes; one that is larger is a group of its own. */
function* groupsUpTo(maxBytes: number, answers: readonly EncodedParts[]): Generator<readonly EncodedParts[]> {
  let group: EncodedParts[] = [];
  let bytes = 0;
  for (const answer of answers) {
    const size = encodedBytes(answer);
    if (group.length > 0 && bytes + size > maxBytes) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(answer);
    bytes += size;
  }
  if (group.length > 0) yield group;
}
