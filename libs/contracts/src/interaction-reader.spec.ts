import type { Interaction } from '@affinity/domain';
import fc from 'fast-check';
import { StreamRecord } from './generated/affinity/storage/v1/stream_record';
import { InteractionReader } from './interaction-reader';
import { toInteraction } from './recorded-interaction';
import { RepeatedTexts } from './repeated-texts';

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '\uFEFFmarked', 'red', 'blue', 'x'.repeat(5_000)),
);
const time = fc.date({ min: new Date(0), max: new Date('2900-01-01'), noInvalidDate: true });
const kind = fc.oneof(
  text.map((value) => ({ $case: 'stringValue' as const, value })),
  fc.double().map((value) => ({ $case: 'numberValue' as const, value })),
  fc.boolean().map((value) => ({ $case: 'boolValue' as const, value })),
  fc.array(text, { maxLength: 3 }).map((values) => ({ $case: 'listValue' as const, value: { values } })),
);
const event = fc.record({
  eventId: text,
  userId: text,
  sessionId: text,
  eventType: text,
  itemId: text,
  occurredAt: fc.option(time, { nil: undefined }),
  attributes: fc
    .array(fc.tuple(text, kind), { maxLength: 12 })
    .map((entries) => new Map(entries.map(([name, value]) => [name, { kind: value }]))),
  eventValue: fc.option(fc.double(), { nil: undefined }),
  recommendationId: text,
  impression: fc.array(text, { maxLength: 3 }),
});
const recorded = fc.record({ event, receivedAt: fc.option(time, { nil: undefined }), unknownItem: fc.boolean() });

const encode = (value: typeof recorded extends fc.Arbitrary<infer R> ? R : never): Uint8Array =>
  StreamRecord.encode({ record: { $case: 'event', value } }).finish();
const names = ['red', 'blue', '\uFEFFmarked', 'x'.repeat(5_000), 'blue'];
/** What counts of an interaction: of its attributes those that were asked for. */
const seen = (interaction: Interaction | undefined) =>
  interaction && { ...interaction, attributes: names.map((name) => interaction.attributes.get(name)) };
const viaGenerated = (bytes: Uint8Array) => {
  const { record } = StreamRecord.decode(bytes);
  return record?.$case === 'event' ? toInteraction(record.value) : undefined;
};

describe('InteractionReader', () => {
  const reader = new InteractionReader(names);

  it('reads what the generated code reads, of whatever ingest may write', () => {
    fc.assert(
      fc.property(recorded, (value) => {
        const bytes = encode(value);
        const interaction = viaGenerated(bytes);
        const isUsual = !value.event.attributes.has('');
        expect(seen(reader.read(bytes))).toEqual(isUsual ? seen(interaction) : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads the same or leaves it to the generated code when bytes are damaged', () => {
    fc.assert(
      fc.property(recorded, fc.nat(), fc.nat(255), (value, where, byte) => {
        const bytes = Uint8Array.from(encode(value));
        bytes[where % bytes.length] = byte;
        const interaction = reader.read(bytes);
        if (interaction !== undefined) expect(seen(interaction)).toEqual(seen(viaGenerated(bytes)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('keeps no attribute that was not asked for', () => {
    const attributes = new Map([['red', { kind: { $case: 'boolValue' as const, value: true } }]]);
    const times = { occurredAt: new Date(), receivedAt: new Date() };
    const texts = { eventId: 'e', userId: 'u', sessionId: '', eventType: 'view', itemId: '', recommendationId: '' };
    const value = {
      ...times,
      unknownItem: false,
      event: { ...texts, ...times, attributes, eventValue: undefined, impression: [] },
    };
    const get = (wanted: readonly string[]) => new InteractionReader(wanted).read(encode(value))?.attributes.get('red');
    expect([get(['blue', 'red']), get(['blue'])]).toEqual([true, undefined]);
  });

  it('leaves other records to the generated code', () => {
    const value = { profileKey: 'ann', requestedAt: new Date() };
    expect(reader.read(StreamRecord.encode({ record: { $case: 'erasure', value } }).finish())).toBeUndefined();
    expect(reader.read(new Uint8Array(0))).toBeUndefined();
  });
});

describe('RepeatedTexts', () => {
  it('stays right when other texts took a text’s place', () => {
    const texts = new RepeatedTexts();
    const wrong: string[] = [];
    for (let i = 0; i < 60_000; i += 1) {
      const bytes = Buffer.from(`value ${i}`);
      const read = texts.read(bytes, 0, bytes.length);
      if (read !== `value ${i}`) wrong.push(read);
    }
    expect(wrong).toEqual([]);
  });
});
