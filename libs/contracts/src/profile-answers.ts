import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GetProfileResponse, LookupProfilesResponse } from './generated/affinity/profiles/v1/profile_service';
import type { AnswerInfo, Profile } from './generated/affinity/profiles/v1/profile';

// An encoded message is its encoded fields one after the other, so an answer can be put together from parts that are kept
// encoded. Source: protobuf.dev, "Encoding", "Message Structure".

/** The field that holds a profile in the answers of GetProfile and WatchProfile. */
export function encodeProfileField(profile: Profile): Uint8Array {
  return GetProfileResponse.encode({ profile }).finish();
}

/** An answer of GetProfile or WatchProfile from an encoded profile field. */
export function encodeProfileAnswer(profileField: Uint8Array, info: AnswerInfo): Buffer {
  return Buffer.concat([profileField, GetProfileResponse.encode({ info }).finish()]);
}

/** An answer of BatchGetProfiles from encoded answers of GetProfile. */
export function encodeBatchAnswer(answers: readonly Uint8Array[]): Buffer {
  return Buffer.concat(answers.flatMap((answer) => [fieldStart(1, answer), answer]));
}

/** An answer of LookupProfiles from an encoded answer of GetProfile. */
export function encodeLookupAnswer(lookupId: bigint, answer: Uint8Array): Buffer {
  return Buffer.concat([LookupProfilesResponse.encode({ lookupId }).finish(), fieldStart(2, answer), answer]);
}

function fieldStart(field: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(content.length).finish();
}
