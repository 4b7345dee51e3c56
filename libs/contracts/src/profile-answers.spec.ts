import {
  BatchGetProfilesResponse,
  GetProfileResponse,
  LookupProfilesResponse,
  WatchProfileResponse,
} from './generated/affinity/profiles/v1/profile_service';
import { AnswerSource } from './generated/affinity/profiles/v1/profile';
import { encodeBatchAnswer, encodeLookupAnswer, encodeProfileAnswer, encodeProfileField } from './profile-answers';

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
    expect(GetProfileResponse.decode(answer)).toEqual({ profile, info });
    expect(WatchProfileResponse.decode(answer)).toEqual({ profile, info });
    expect(answer).toEqual(Buffer.from(GetProfileResponse.encode({ profile, info }).finish()));
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

  it('and of a lookup', () => {
    const lookupId = 2n ** 63n;
    expect(LookupProfilesResponse.decode(encodeLookupAnswer(lookupId, answer))).toEqual({
      lookupId,
      result: { $case: 'response', value: { profile, info } },
    });
  });
});
