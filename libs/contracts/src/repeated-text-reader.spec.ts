import fc from 'fast-check';
import { StreamRecord } from './generated/affinity/storage/v1/stream_record';
import { RepeatedTextReader, RepeatedTexts } from './repeated-text-reader';

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('red', 'blue'),
);
const record = fc.record({ names: fc.array(text, { maxLength: 20 }), itemId: text }).map(({ names, itemId }) =>
  StreamRecord.fromPartial({
    record: {
      $case: 'event',
      value: {
        event: {
          itemId,
          attributes: new Map(names.map((name) => [name, { kind: { $case: 'stringValue', value: name } }])),
        },
      },
    },
  }),
);

describe('RepeatedTextReader', () => {
  it('reads what the plain reader reads', () => {
    const texts = new RepeatedTexts();
    fc.assert(
      fc.property(record, (written) => {
        const bytes = StreamRecord.encode(written).finish();
        expect(StreamRecord.decode(new RepeatedTextReader(bytes, texts))).toEqual(StreamRecord.decode(bytes));
      }),
    );
  });

  it('refuses what the plain reader refuses', () => {
    const texts = new RepeatedTexts();
    const whole = StreamRecord.encode(fc.sample(record, { numRuns: 1, seed: 1 })[0]!).finish();
    const refuses = (read: () => unknown): boolean => {
      try {
        read();
        return false;
      } catch {
        return true;
      }
    };
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      const plain = refuses(() => StreamRecord.decode(cut));
      expect(refuses(() => StreamRecord.decode(new RepeatedTextReader(cut, texts)))).toBe(plain);
    }
  });

  it('stays right when other texts took their place', () => {
    const texts = new RepeatedTexts();
    for (let i = 0; i < 50_000; i += 1) {
      const bytes = Buffer.from(`value ${i}`);
      expect(texts.read(bytes, 0, bytes.length)).toBe(`value ${i}`);
    }
  });
});
