import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  GetProfileResponse,
  LookupProfilesResponse,
  type LookupError,
} from './generated/affinity/profiles/v1/profile_service';
import type { AnswerInfo, Profile } from './generated/affinity/profiles/v1/profile';

// An encoded message is its encoded fields one after the other, so an answer can be put together from parts that are kept
// encoded. Source: protobuf.dev, "Encoding", "Message Structure".

/** A message's encoding: the bytes of its parts one after the other. */
export type EncodedParts = readonly Uint8Array[];

/** The field that holds a profile in the answers of GetProfile and WatchProfile. */
export function encodeProfileField(profile: Profile): Uint8Array {
  return GetProfileResponse.encode({ profile }).finish();
}

/** An answer of GetProfile or WatchProfile from an encoded profile field. */
export function encodeProfileAnswer(profileField: Uint8Array, info: AnswerInfo): EncodedParts {
  return [profileField, small((writer) => GetProfileResponse.encode({ info }, writer))];
}

/** An answer of BatchGetProfiles from answers of GetProfile. */
export function encodeBatchAnswer(answers: readonly EncodedParts[]): Buffer {
  return Buffer.concat(answers.flatMap((answer) => [fieldStart(1, answer), ...answer]));
}

/** The answer to a lookup from an answer of GetProfile. */
export function encodeLookup(lookupId: bigint, answer: EncodedParts): EncodedParts {
  const start = small((writer) =>
    LookupProfilesResponse.encode({ lookupId, more: [] }, writer)
      .tag(2, WireType.LengthDelimited)
      .uint32(encodedBytes(answer)),
  );
  return [start, ...answer];
}

/** The answer to a lookup that failed. */
export function encodeFailedLookup(lookupId: bigint, value: LookupError): EncodedParts {
  return [LookupProfilesResponse.encode({ lookupId, result: { $case: 'error', value }, more: [] }).finish()];
}

/** A message of LookupProfiles that holds these answers: the first, and the others in its field `more`. */
export function joinLookups(lookups: readonly EncodedParts[]): Buffer {
  return Buffer.concat(lookups.flatMap((lookup, i) => (i === 0 ? lookup : [fieldStart(4, lookup), ...lookup])));
}

/** Bytes of a message. */
export function encodedBytes(parts: EncodedParts): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function fieldStart(field: number, content: EncodedParts): Uint8Array {
  return small((writer) => writer.tag(field, WireType.LengthDelimited).uint32(encodedBytes(content)));
}

/** One for all that is small: a writer of its own would take most of the time for its memory. */
let smallWriter = new BinaryWriter();

function small(write: (writer: BinaryWriter) => BinaryWriter): Uint8Array {
  try {
    return write(smallWriter).finish();
  } catch (error) {
    smallWriter = new BinaryWriter(); // The old one holds half a message.
    throw error;
  }
}
