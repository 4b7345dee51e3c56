import type { FedEvent } from './visitor-batches';
import { toEventBatch, visitorBatches } from './visitor-batches';

function fed(profileKey: string, sessionId: string, eventId: string): FedEvent {
  const position = { sequence: 1, timestampNs: 1n };
  const message = { position, subject: 's', data: new Uint8Array(), headers: undefined };
  const event = { eventId, eventType: 'view', sentAt: new Date(0) };
  return { message, visit: { profileKey, userId: profileKey, sessionId, event } };
}

const idsOf = (batches: readonly (readonly FedEvent[])[][]): string[][][] =>
  batches.map((visitor) => visitor.map((batch) => batch.map(({ visit }) => visit.event.eventId)));

describe('visitorBatches', () => {
  it('keeps each visitor’s order and never mixes visitors or sessions', () => {
    const events = [fed('u', 'a', '1'), fed('v', 'a', '2'), fed('u', 'a', '3'), fed('u', 'b', '4'), fed('u', 'a', '5')];
    expect(idsOf(visitorBatches(events))).toEqual([[['1', '3'], ['4'], ['5']], [['2']]]);
  });

  it('puts at most ten events into a call', () => {
    const batches = visitorBatches(Array.from({ length: 21 }, (_, i) => fed('u', 's', `${i}`)));
    expect(batches[0]?.map((batch) => batch.length)).toEqual([10, 10, 1]);
    expect(toEventBatch(batches[0]![2]!)).toMatchObject({ userId: 'u', sessionId: 's', events: [{ eventId: '20' }] });
  });
});
