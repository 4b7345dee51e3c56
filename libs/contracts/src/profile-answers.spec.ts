import {
  BatchGetProfilesResponse,
  GetProfileResponse,
  LookupProfilesResponse,
  WatchProfileResponse,
} from './generated/affinity/profiles/v1/profile_service';
import { AnswerSource } from './generated/affinity/profiles/v1/profile';
import {
  encodeBatchAnswer,
  encodeFailedLookup,
  encodeLookup,
  encodeProfileAnswer,
  encodeProfileField,
  encodedBytes,
  joinLookups,
} from './profile-answers';

const profile = {
  dimensions: [
    {
      name: 'price',
      state: { $case: 'numeric' as const, value: { weight: 2, mean: 5, variance: 1, min: 4, max: 6 } },
    },
  ],
  eventCount: 2n,
  firstDay: '2026-01-01',
  lastDay: '2026-01-02',
};
const info = { source: AnswerSource.MEMORY, stale: true, tokenCovered: false, asOf: new Date(1_767_225_600_000) };
const answer = encodeProfileAnswer(encodeProfileField(profile), info);

describe('answers put together from encoded parts', () => {
  it('are what the whole message encodes to', () => {
    const bytes = Buffer.concat(answer);
    expect(GetProfileResponse.decode(bytes)).toEqual({ profile, info });
    expect(WatchProfileResponse.decode(bytes)).toEqual({ profile, info });
    expect(bytes).toEqual(Buffer.from(GetProfileResponse.encode({ profile, info }).finish()));
  });

  it('of many profiles, too', () => {
    expect(BatchGetProfilesResponse.decode(encodeBatchAnswer([answer, answer]))).toEqual({
      profiles: [
        { profile, info },
        { profile, info },
      ],
    });
    expect(BatchGetProfilesResponse.decode(encodeBatchAnswer([]))).toEqual({ profiles: [] });
  });

  it('of a lookup, and of several in one message', () => {
    const lookupId = 2n ** 63n;
    const found = { lookupId, result: { $case: 'response' as const, value: { profile, info } }, more: [] };
    const error = { code: 3, message: 'no such profile' };
    const failed = { lookupId: 5n, result: { $case: 'error' as const, value: error }, more: [] };
    const lookups = [encodeLookup(lookupId, answer), encodeFailedLookup(5n, error)] as const;
    expect(LookupProfilesResponse.decode(joinLookups(lookups.slice(0, 1)))).toEqual(found);
    expect(LookupProfilesResponse.decode(joinLookups(lookups.slice(1)))).toEqual(failed);
    const joined = joinLookups([...lookups, lookups[0]]);
    expect(LookupProfilesResponse.decode(joined)).toEqual({ ...found, more: [failed, found] });
    expect(encodedBytes(lookups[0])).toBe(joinLookups(lookups.slice(0, 1)).length);
  });

  it('are whole after one that cannot be encoded', () => {
    expect(() => encodeLookup(-1n, answer)).toThrow();
    expect(LookupProfilesResponse.decode(joinLookups([encodeLookup(1n, answer)])).lookupId).toBe(1n);
  });
});
