import { GetProfileResponse, LookupProfilesResponse, type LookupProfilesRequest } from '@affinity/contracts';
import { answerLookups } from './lookup-stream';

const lookup = (n: number): LookupProfilesRequest => ({ lookupId: BigInt(n), more: [] });
const shared = (count: number): LookupProfilesRequest => ({
  ...lookup(0),
  more: Array.from({ length: count - 1 }, (_, i) => lookup(i + 1)),
});

/** How many answers each message holds when each answer has about so many bytes. */
async function sizes(messages: readonly LookupProfilesRequest[], answerBytes: number): Promise<readonly number[]> {
  async function* source() {
    yield* messages;
  }
  const profile = { dimensions: [], eventCount: 0n, firstDay: 'x'.repeat(answerBytes), lastDay: '' };
  const answer = [GetProfileResponse.encode({ profile }).finish()];
  const found: number[] = [];
  for await (const { bytes } of answerLookups(source(), () => Promise.resolve(answer))) {
    found.push(1 + LookupProfilesResponse.decode(bytes).more.length);
  }
  return found;
}

describe('answerLookups', () => {
  it('puts answers that are ready together into one message, up to about 128 KiB', async () => {
    expect(await sizes([shared(100)], 0)).toEqual([100]);
    expect(await sizes([shared(5)], 60_000)).toEqual([2, 2, 1]);
    expect(await sizes([shared(3)], 66_000)).toEqual([1, 1, 1]);
    expect(await sizes([shared(3)], 1_000_000)).toEqual([1, 1, 1]);
  });

  it('gives each answer a message to callers who do the same', async () => {
    expect(await sizes([lookup(1), lookup(2), lookup(3)], 0)).toEqual([1, 1, 1]);
  });
});
