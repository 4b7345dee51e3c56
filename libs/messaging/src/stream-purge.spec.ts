import type { Mark } from '@affinity/domain';
import type { StreamLookup } from './stream-lookup';
import { idlePosition } from './stream-purge';

const at = (sequence: number, timestampNs: number): Mark => ({ sequence, timestampNs: BigInt(timestampNs) });

function lookupOf(last: Mark, own: Readonly<Record<string, Mark>>): StreamLookup {
  return {
    timestampAt: () => Promise.reject(new Error('not asked')),
    lastOf: (filter) => Promise.resolve(own[filter]),
    bounds: () => Promise.resolve({ firstSequence: 1, last }),
  };
}

describe('idlePosition', () => {
  const filters = ['events.1.*', 'events.3.*'];

  it.each([
    ['the end, when only others published', at(9, 900), { 'events.1.*': at(4, 400) }, at(5, 500), at(9, 900)],
    ['the end, when nothing of the filters was ever published', at(9, 900), {}, undefined, at(9, 900)],
    ['nothing, while a message is unread', at(9, 900), { 'events.3.*': at(6, 600) }, at(5, 500), undefined],
    ['nothing, while the first message is unread', at(9, 900), { 'events.1.*': at(1, 100) }, undefined, undefined],
    ['nothing, at the end', at(9, 900), { 'events.1.*': at(9, 900) }, at(9, 900), undefined],
    ['nothing, on a stream that lost its end', at(4, 400), { 'events.1.*': at(4, 400) }, at(5, 500), undefined],
    [
      'the end of a stream that lost its end and grew',
      at(4, 950),
      { 'events.1.*': at(2, 200) },
      at(5, 500),
      at(4, 950),
    ],
    [
      'nothing, while a message with a number that was read is not',
      at(9, 990),
      { 'events.1.*': at(5, 950) },
      at(5, 500),
      undefined,
    ],
  ] as const)('is %s', async (_, last, own, lastRead, expected) => {
    expect(await idlePosition(lookupOf(last, own), { filters, lastRead })).toEqual(expected);
  });
});
