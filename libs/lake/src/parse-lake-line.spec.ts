import { toAttributes, toInteraction, type RecordedEvent } from '@affinity/contracts';
import fc from 'fast-check';
import { erasureLine, eventLine } from './lake-line';
import { parseLakeLine } from './parse-lake-line';

const place = fc.record({
  partition: fc.nat({ max: 1_023 }),
  position: fc.record({
    sequence: fc.integer({ min: 1, max: 2 ** 50 }),
    timestampNs: fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }),
  }),
});
const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const attribute = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 4 }),
);
const recorded = fc.record({
  event: fc.record({
    eventId: fc.string(),
    userId: fc.string(),
    sessionId: fc.string({ minLength: 1 }),
    eventType: fc.string(),
    itemId: fc.string(),
    occurredAt: instant,
    attributes: fc
      .dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        attribute,
      )
      .map((values) => toAttributes(new Map(Object.entries(values)))),
    recommendationId: fc.constant(''),
    impression: fc.constant([] as string[]),
  }),
  receivedAt: instant,
  unknownItem: fc.boolean(),
});

describe('parseLakeLine', () => {
  it('gives what is counted of the very message that the line was written from', () => {
    fc.assert(
      fc.property(place, recorded, (at, message: RecordedEvent) => {
        const line = eventLine(at, message);
        expect(parseLakeLine(line!)).toEqual({ kind: 'event', ...at, interaction: toInteraction(message) });
      }),
    );
  });

  it('gives an erasure back', () => {
    fc.assert(
      fc.property(place, fc.string({ minLength: 1 }), instant, (at, profileKey, requestedAt) => {
        const line = erasureLine(at, { profileKey, requestedAt });
        const expected = { kind: 'erasure', ...at, profileKey, requestedAtMs: requestedAt.getTime() };
        expect(parseLakeLine(line!)).toEqual(expected);
      }),
    );
  });

  it('reads nothing else', () => {
    for (const text of ['', '{', 'null', '3', '{}', '{"kind":"event"}']) expect(parseLakeLine(text)).toBeUndefined();
  });
});
