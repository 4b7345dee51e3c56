import { StreamRecord } from '@affinity/contracts';
import { lineOf } from './message-line';
import { shardFilters } from './shard-partitions';

const position = { sequence: 3, timestampNs: 1n };
const subject = 'events.17.view';

describe('lineOf', () => {
  it('takes the partition from the subject', () => {
    const erasure = { profileKey: 'u', requestedAt: new Date(0) };
    const data = StreamRecord.encode({ record: { $case: 'erasure', value: erasure } }).finish();
    const result = lineOf({ position, subject, data });
    expect(result.kind === 'line' && JSON.parse(result.line)).toMatchObject({ kind: 'erasure', partition: 17 });
  });

  it.each([
    ['bytes that are no record', Buffer.from([0xff, 0xff])],
    ['an empty body', Buffer.alloc(0)],
    ['an event without anything', StreamRecord.encode({ record: { $case: 'event', value: eventless() } }).finish()],
  ])('says why it cannot use %s', (_, data) => {
    expect(lineOf({ position, subject, data })).toMatchObject({
      kind: 'unusable',
      reason: expect.any(String) as string,
    });
  });
});

describe('shardFilters', () => {
  it('gives every partition to one shard', () => {
    const all = [0, 1, 2].flatMap((shard) => shardFilters({ shard, shards: 3, partitions: 8 }));
    expect(all.toSorted()).toEqual(Array.from({ length: 8 }, (_, partition) => `events.${partition}.>`));
    expect(shardFilters({ shard: 1, shards: 3, partitions: 8 })).toEqual(['events.1.>', 'events.4.>', 'events.7.>']);
  });
});

function eventless() {
  return { event: undefined, receivedAt: new Date(0), unknownItem: false };
}
