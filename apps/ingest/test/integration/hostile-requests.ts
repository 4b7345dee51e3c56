import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { type AttributeValue, Event } from '@affinity/contracts';
import { seededRandom } from '@affinity/testing';

/** A request that must not be taken. */
export interface HostileRequest {
  readonly what: string;
  /** One encoded event. */
  readonly event: Uint8Array;
  /** The fields of which at least one must be named. */
  readonly fields: readonly string[];
}

type Make = (random: () => number) => Omit<HostileRequest, 'what'>;

const day = 86_400_000;

function valid(fields: Partial<Event> = {}): Event {
  const base = { eventId: 'hostile', userId: 'u', eventType: 'view', itemId: 'i', occurredAt: new Date() };
  return { ...Event.fromPartial(base), ...fields };
}

const encode = (fields: Partial<Event>): Uint8Array => Event.encode(valid(fields)).finish();
const whole = (random: () => number, below: number): number => Math.floor(random() * below);
const text = (random: () => number, atLeast: number): string => 'x'.repeat(atLeast + whole(random, 1_000));

/** Fields appended to a valid event: of a field that comes twice, protobuf's last one counts. */
function append(write: (writer: BinaryWriter) => BinaryWriter): Uint8Array {
  return write(Event.encode(valid())).finish();
}

function attribute(name: string, value: AttributeValue['kind']): Uint8Array {
  return encode({ attributes: new Map([[name, value === undefined ? {} : { kind: value }]]) });
}

function randomBytes(random: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => whole(random, 256));
}

const makers: Readonly<Record<string, Make>> = {
  'no event id': () => ({ event: encode({ eventId: '' }), fields: ['event_id'] }),
  'a long event id': (random) => ({ event: encode({ eventId: text(random, 129) }), fields: ['event_id'] }),
  nobody: () => ({ event: encode({ userId: '' }), fields: ['user_id'] }),
  'a user like a session': () => ({ event: encode({ userId: 'session:1' }), fields: ['user_id'] }),
  'a NUL in an id': () => ({ event: encode({ userId: 'a\u0000' }), fields: ['user_id'] }),
  'a line feed in an id': () => ({ event: encode({ itemId: 'a\nb' }), fields: ['item_id'] }),
  'an unknown type': (random) => ({ event: encode({ eventType: text(random, 1) }), fields: ['event_type'] }),
  'a type with wildcards': () => ({ event: encode({ eventType: 'view.>' }), fields: ['event_type'] }),
  'a type of Object': () => ({ event: encode({ eventType: '__proto__' }), fields: ['event_type'] }),
  'no item': () => ({ event: encode({ itemId: '' }), fields: ['item_id'] }),
  'no time': () => ({ event: Event.encode({ ...valid(), occurredAt: undefined }).finish(), fields: ['occurred_at'] }),
  'the far future': (random) => ({
    event: encode({ occurredAt: new Date(Date.now() + (1 + random() * 1e6) * day) }),
    fields: ['occurred_at'],
  }),
  'the far past': (random) => ({
    event: encode({ occurredAt: new Date(Date.now() - (8 + random() * 1e4) * day) }),
    fields: ['occurred_at'],
  }),
  'a time before 1970': () => ({ event: encode({ occurredAt: new Date(-1) }), fields: ['occurred_at'] }),
  'a time that no date can hold': () => ({
    event: append((writer) =>
      writer.uint32(50).bytes(
        new BinaryWriter()
          .uint32(8)
          .int64(2n ** 62n)
          .finish(),
      ),
    ),
    fields: ['occurred_at'],
  }),
  'a value that is no number': () => ({ event: encode({ eventValue: NaN }), fields: ['event_value'] }),
  'an infinite value': () => ({ event: encode({ eventValue: -Infinity }), fields: ['event_value'] }),
  'a wide impression': (random) => ({
    event: encode({ impression: Array.from({ length: 26 + whole(random, 200) }, String) }),
    fields: ['impression'],
  }),
  'a text for a number': () => ({
    event: attribute('price', { $case: 'stringValue', value: '1' }),
    fields: ['attributes.price'],
  }),
  'a number for a text': () => ({
    event: attribute('colour', { $case: 'numberValue', value: 1 }),
    fields: ['attributes.colour'],
  }),
  'an attribute that is no number': () => ({
    event: attribute('price', { $case: 'numberValue', value: NaN }),
    fields: ['attributes.price'],
  }),
  'an attribute without a value': () => ({ event: attribute('colour', undefined), fields: ['attributes.colour'] }),
  'an attribute named __proto__': () => ({
    event: attribute('__proto__', { $case: 'boolValue', value: true }),
    fields: ['attributes'],
  }),
  'many attributes': (random) => ({
    event: encode({
      attributes: new Map(
        Array.from({ length: 129 + whole(random, 500) }, (_, i) => [
          `a${i}`,
          { kind: { $case: 'boolValue', value: true } },
        ]),
      ),
    }),
    fields: ['attributes'],
  }),
  'a long list': (random) => ({
    event: attribute('colour', {
      $case: 'listValue',
      value: { values: Array.from({ length: 65 + whole(random, 500) }, String) },
    }),
    fields: ['attributes.colour'],
  }),
  'a long text': (random) => ({
    event: attribute('colour', { $case: 'stringValue', value: text(random, 257) }),
    fields: ['attributes.colour'],
  }),
  'a large event': (random) => ({
    event: encode({
      attributes: new Map([
        ['note', { kind: { $case: 'stringValue', value: 'y'.repeat(66_000 + whole(random, 100_000)) } }],
      ]),
    }),
    fields: ['event'],
  }),
  'invalid UTF-8 in an id': (random) => ({
    event: append((writer) => writer.uint32(18).bytes(Uint8Array.of(0x75, 0x80 + whole(random, 64)))),
    fields: ['user_id'],
  }),
  'invalid UTF-8 in an attribute': () => {
    const value = new BinaryWriter()
      .uint32(10)
      .bytes(Uint8Array.of(0xed, 0xa0, 0x80))
      .finish();
    const entry = new BinaryWriter().uint32(10).string('colour').uint32(18).bytes(value).finish();
    return { event: append((writer) => writer.uint32(58).bytes(entry)), fields: ['attributes.colour'] };
  },
  'a field of another wire type': (random) => ({
    event: append((writer) => writer.uint32((5 << 3) | 0).uint32(whole(random, 1_000))),
    fields: ['item_id'],
  }),
  'groups nested deeply': (random) => ({
    event: new Uint8Array(1_000 + whole(random, 50_000)).fill(0xfb),
    fields: ['event'],
  }),
  'messages nested deeply': () => {
    let nested: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 2_000; depth += 1) nested = new BinaryWriter().uint32(34).bytes(nested).finish();
    const entry = new BinaryWriter().uint32(10).string('price').uint32(18).bytes(nested).finish();
    return {
      event: append((writer) => writer.uint32(58).bytes(entry)),
      fields: ['attributes.price'],
    };
  },
  'a cut event': (random) => {
    const bytes = encode({});
    return { event: bytes.subarray(0, bytes.length - 1 - whole(random, 4)), fields: ['event'] };
  },
  'random bytes': (random) => ({
    event: randomBytes(random, 1 + whole(random, 400)),
    fields: [
      'event',
      'event_id',
      'user_id',
      'session_id',
      'event_type',
      'item_id',
      'occurred_at',
      'event_value',
      'impression',
      'attributes',
      'recommendation_id',
    ],
  }),
};

/** So many hostile requests of all kinds in turn, the same for the same seed. */
export function hostileRequests(count: number, seed: number): readonly HostileRequest[] {
  const random = seededRandom(seed);
  const kinds = Object.entries(makers);
  return Array.from({ length: count }, (_, i) => {
    const [what, make] = kinds[i % kinds.length]!;
    return { what, ...make(random) };
  });
}
