import { batchViolations } from './batch-violations';
import type { EventBatch, TrackedEvent } from './event-tracker';

const event: TrackedEvent = { eventId: 'e', eventType: 'view', sentAt: new Date(0), itemId: 'i' };
const batch = (over: Partial<TrackedEvent> = {}): EventBatch => ({
  userId: 'u',
  sessionId: 's',
  events: [{ ...event, ...over }],
});
const fieldsOf = (found: ReturnType<typeof batchViolations>): string[] => found.map(({ field }) => field);

describe('batchViolations', () => {
  it('finds nothing in a batch that reaches every limit', () => {
    const full = batch({
      eventId: 'e'.repeat(256),
      eventType: 't'.repeat(256),
      itemId: 'i'.repeat(256),
      recommendationId: 'r'.repeat(40),
      impression: Array.from({ length: 25 }, (_, i) => `i${i}`),
      properties: JSON.stringify({ a: 'x'.repeat(1_024 - 8) }),
      eventValue: -1.5,
    });
    expect(
      batchViolations({ ...full, userId: 'u'.repeat(256), events: Array<TrackedEvent>(10).fill(full.events[0]!) }),
    ).toEqual([]);
  });

  it.each<[string, Partial<TrackedEvent>]>([
    ['eventId', { eventId: '' }],
    ['eventType', { eventType: 't'.repeat(257) }],
    ['itemId', { itemId: '' }],
    ['sentAt', { sentAt: new Date(Number.NaN) }],
    ['eventValue', { eventValue: Infinity }],
    ['recommendationId', { recommendationId: 'r'.repeat(41) }],
    ['impression', { impression: [] }],
    ['impression[0]', { impression: [''] }],
    ['properties', { properties: '[]' }],
    ['properties', { properties: '{' }],
    ['properties', { properties: '{"USERID":"x"}' }],
    ['properties', { properties: JSON.stringify({ a: 'x'.repeat(1_024) }) }],
  ])('names %s', (field, over) => {
    expect(fieldsOf(batchViolations(batch(over)))).toEqual([`eventList[0].${field}`]);
  });

  it('names what is wrong with the batch itself', () => {
    expect(fieldsOf(batchViolations({ userId: '', sessionId: 's'.repeat(257), events: [] }))).toEqual([
      'sessionId',
      'userId',
      'eventList',
    ]);
    expect(fieldsOf(batchViolations({ sessionId: 's', events: Array<TrackedEvent>(11).fill(event) }))).toEqual([
      'eventList',
    ]);
  });

  it('counts the bytes of an event, not its characters', () => {
    const impression = Array.from({ length: 25 }, (_, i) => `${i}`.padEnd(256, 'ü'));
    expect(fieldsOf(batchViolations(batch({ impression })))).toEqual(['eventList[0]']);
  });
});
