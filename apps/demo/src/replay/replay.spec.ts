import type { Event, PublishEventsResponse } from '@affinity/contracts';
import type { DatasetInteraction, IngestClient } from '@affinity/datasets';
import fc from 'fast-check';
import { replay } from './replay';

function interactions(count: number, visitors: number): readonly DatasetInteraction[] {
  return Array.from({ length: count }, (_, i) => ({
    eventId: String(i),
    userId: i % 7 === 0 ? '' : `u${i % visitors}`,
    sessionId: `s${i % visitors}`,
    eventType: 'view',
    itemId: 'i',
    occurredAtMs: i,
  }));
}

/** A client that takes some events at once and asks some to come later, in the order that a test chooses. */
function moodyClient(stored: Event[], isBusy: () => boolean): IngestClient {
  const publishEvents = ({ events }: { events: Event[] }): Promise<PublishEventsResponse> => {
    let failed = false;
    const outcomes = events.map((event) => {
      // As ingest does: nothing of a visitor is stored after what failed before it.
      failed ||= isBusy();
      if (!failed) stored.push(event);
      return {
        eventId: event.eventId,
        outcome: failed
          ? ({ $case: 'retryLater', value: { reason: '', retryAfterMs: 0 } } as const)
          : ({ $case: 'accepted', value: { unknownItem: false } } as const),
      };
    });
    return Promise.resolve({ outcomes, readToken: '' });
  };
  return { publishEvents };
}

const { signal } = new AbortController();
const take = (): Promise<void> => Promise.resolve();

describe('replay', () => {
  it('stores every interaction once and keeps the order of each visitor, whatever is asked to come later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(600),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.boolean()),
        async (count, visitors, moods) => {
          const stored: Event[] = [];
          const isBusy = (): boolean => moods.pop() ?? false;
          let told = 0;
          const all = interactions(count, visitors);
          const onStored = (events: number): void => void (told += events);
          const result = await replay(all, { client: moodyClient(stored, isBusy), take, onStored, signal });
          expect([result.events, told, stored.length]).toEqual([count, count, count]);
          expect(new Set(stored.map(({ eventId }) => eventId)).size).toBe(count);
          const last = new Map<string, number>();
          for (const { userId, sessionId, eventId } of stored) {
            const visitor = userId || `session ${sessionId}`;
            expect(Number(eventId)).toBeGreaterThan(last.get(visitor) ?? -1);
            last.set(visitor, Number(eventId));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends with the first failure, although more would come', async () => {
    const client = { publishEvents: () => Promise.reject(new TypeError('broken')) } as unknown as IngestClient;
    const onStored = (): void => undefined;
    await expect(replay(interactions(50_000, 5), { client, take, onStored, signal })).rejects.toThrow('broken');
  });
});
