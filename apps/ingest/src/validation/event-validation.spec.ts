import { Event, type AttributeValue } from '@affinity/contracts';
import { schemaOf } from '@affinity/domain/fixtures';
import fc from 'fast-check';
import { malformedText } from '../wire/malformed-text';
import { validateEvent } from './event-validation';

const now = Date.UTC(2026, 0, 15);
const day = 86_400_000;

const schema = schemaOf({
  version: '1',
  event_types: { view: 1, search: { weight: 0, requires_item: false } },
  attributes: { sold: 'bool', note: 'string' },
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
  ],
  allowed_lateness_days: 7,
  allowed_skew_seconds: 300,
});

function event(fields: Partial<Event> = {}): Event {
  return {
    ...Event.fromPartial({ eventId: 'e1', userId: 'u1', eventType: 'view', itemId: 'i1', occurredAt: new Date(now) }),
    ...fields,
  };
}

function check(fields: Partial<Event>, encodedBytes = 100): readonly string[] {
  const violations = validateEvent(event(fields), { schema, receivedAtMs: now, encodedBytes });
  return violations.map(({ field, description }) => `${field}: ${description}`);
}

function attributes(entries: Readonly<Record<string, AttributeValue['kind']>>): Partial<Event> {
  return { attributes: new Map(Object.entries(entries).map(([name, kind]) => [name, kind ? { kind } : {}])) };
}

const text = (value: string) => ({ $case: 'stringValue', value }) as const;
const number = (value: number) => ({ $case: 'numberValue', value }) as const;
const list = (...values: string[]) => ({ $case: 'listValue', value: { values } }) as const;
const long = (length: number) => 'x'.repeat(length);

describe('validateEvent', () => {
  it('accepts a plain event, an anonymous one, one without an item, and everything at its limit', () => {
    expect(check({})).toEqual([]);
    expect(check({ userId: '', sessionId: 's' })).toEqual([]);
    expect(check({ eventType: 'search', itemId: '' })).toEqual([]);
    const most = {
      eventId: long(128),
      userId: long(256),
      sessionId: long(256),
      itemId: long(256),
      occurredAt: new Date(now - 7 * day),
      eventValue: -0.5,
      recommendationId: long(40),
      impression: Array.from({ length: 25 }, () => long(256)),
      ...attributes({ colour: list(...Array.from({ length: 64 }, () => long(256))), price: number(-1e300) }),
    };
    expect(check(most, 65_536)).toEqual([]);
    expect(check({ occurredAt: new Date(now + 300_000) })).toEqual([]);
  });

  it.each<[string, Partial<Event>, string]>([
    ['no event id', { eventId: '' }, 'event_id: is required'],
    ['a long event id', { eventId: long(129) }, 'event_id: must be at most 128 characters, has 129'],
    ['nobody', { userId: '' }, 'user_id: is required, or session_id for an anonymous visitor'],
    ['a long user id', { userId: long(257) }, 'user_id: must be at most 256 characters, has 257'],
    ['a user id like a session', { userId: 'session:x' }, 'user_id: must not begin with "session:"'],
    ['a control character', { userId: 'a\u0000b' }, 'user_id: must not contain control characters'],
    ['a long session id', { sessionId: long(257) }, 'session_id: must be at most 256 characters, has 257'],
    ['no type', { eventType: '' }, 'event_type: is required'],
    ['an unknown type', { eventType: 'teleport' }, 'event_type: is not a type of the schema: "teleport"'],
    ['a type of Object', { eventType: 'constructor' }, 'event_type: is not a type of the schema: "constructor"'],
    ['no item', { itemId: '' }, 'item_id: is required for "view"'],
    ['invalid UTF-8', { itemId: malformedText(Buffer.of(0xff)) }, 'item_id: must be valid UTF-8'],
    [
      'an event too old',
      { occurredAt: new Date(now - 7 * day - 1) },
      'occurred_at: must be at most 7 days old, is 7 days',
    ],
    ['an event ahead', { occurredAt: new Date(now + 300_001) }, 'occurred_at: must be at most 300 s ahead, is 300 s'],
    ['a time before 1970', { occurredAt: new Date(-1) }, 'occurred_at: must be at most 7 days old, is 20468 days'],
    [
      'a time out of reach',
      { occurredAt: new Date(NaN) },
      'occurred_at: must be a time between the years -271821 and 275760',
    ],
    ['a value that is none', { eventValue: NaN }, 'event_value: must be a finite number, is NaN'],
    [
      'a long recommendation id',
      { recommendationId: long(41) },
      'recommendation_id: must be at most 40 characters, has 41',
    ],
    [
      'a wide impression',
      { impression: new Array<string>(26).fill('i') },
      'impression: must be at most 25 items, are 26',
    ],
    ['an empty item in it', { impression: ['a', ''] }, 'impression[1]: is required'],
    ['a text for a number', attributes({ price: text('1') }), 'attributes.price: must be a number, is a string'],
    [
      'a number for a text',
      attributes({ colour: number(1) }),
      'attributes.colour: must be a string or a bool or a list, is a number',
    ],
    ['infinity', attributes({ price: number(Infinity) }), 'attributes.price: must be a finite number, is Infinity'],
    ['no value', attributes({ note: undefined }), 'attributes.note: must have a value'],
    [
      'a long text',
      attributes({ note: text('é'.repeat(129)) }),
      'attributes.note: must be at most 256 bytes of UTF-8, has 258 or more',
    ],
    [
      'a long list',
      attributes({ colour: list(...new Array<string>(65).fill('x')) }),
      'attributes.colour: must have at most 64 values, has 65',
    ],
    [
      'invalid UTF-8 in a list',
      attributes({ colour: list('red', malformedText(Buffer.of(0xc0, 0x80))) }),
      'attributes.colour[1]: must be valid UTF-8',
    ],
    [
      'a hostile name',
      { attributes: new Map([['__proto__', { kind: text('x') }]]) },
      'attributes: names must be letters, digits, "_", "." and "-", at most 64, a letter first, not "__proto__"',
    ],
  ])('refuses %s', (_, fields, expected) => {
    expect(check(fields)).toEqual([expected]);
  });

  it('refuses too many attributes and too large an event', () => {
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`a${i}`, number(i)]));
    expect(check(attributes(many))).toEqual(['attributes: must be at most 128, are 129']);
    expect(check({}, 65_537)).toEqual(['event: must be at most 65536 bytes encoded, has 65537']);
  });

  it('reports all problems of an event together', () => {
    const fields = { eventId: '', userId: '', eventType: 'no', occurredAt: undefined, eventValue: NaN };
    const violations = validateEvent({ ...event(), ...fields }, { schema, receivedAtMs: now, encodedBytes: 1 });
    expect(violations.map(({ field }) => field)).toEqual([
      'event_id',
      'user_id',
      'event_type',
      'occurred_at',
      'event_value',
    ]);
  });

  it('lists a bounded number of problems', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, number(NaN)]));
    const violations = check(attributes(many));
    expect(violations).toHaveLength(21);
    expect(violations.at(-1)).toBe('event: breaks 80 more rules');
  });

  it('never throws, whatever the fields hold', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 300 });
    const kind = fc.oneof(
      fc.constant(undefined),
      anyText.map(text),
      fc.double().map(number),
      fc.array(anyText).map((values) => list(...values)),
    );
    const hostile = fc.record({
      eventId: anyText,
      userId: anyText,
      sessionId: anyText,
      eventType: anyText,
      itemId: anyText,
      occurredAt: fc.option(fc.date({ noInvalidDate: false }), { nil: undefined }),
      eventValue: fc.option(fc.double(), { nil: undefined }),
      recommendationId: anyText,
      impression: fc.array(anyText),
      attributes: fc
        .array(fc.tuple(anyText, kind))
        .map((pairs) => new Map(pairs.map(([name, one]) => [name, one ? { kind: one } : {}]))),
    });
    fc.assert(
      fc.property(hostile, (fields) => {
        const context = { schema, receivedAtMs: now, encodedBytes: 1 };
        for (const { field, description } of validateEvent(fields, context)) expect(field && description).toBeTruthy();
      }),
    );
  });
});
