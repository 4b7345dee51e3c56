import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Event } from '@affinity/contracts';
import fc from 'fast-check';
import { decodeEvent } from './event-decoding';
import { isMalformedText, printableText } from './malformed-text';

const plain = Event.fromPartial({
  eventId: 'e',
  userId: 'Zoë',
  occurredAt: new Date(5),
  attributes: new Map([['price', { kind: { $case: 'numberValue', value: 1 } }]]),
});

function fieldsOf(bytes: Uint8Array): readonly string[] {
  const decoded = decodeEvent(bytes);
  return decoded.kind === 'event' ? [] : decoded.violations.map(({ field }) => field);
}

describe('decodeEvent', () => {
  it('decodes what was encoded, fields of a later version included', () => {
    const bytes = Event.encode(plain, new BinaryWriter().uint32((999 << 3) | 2).string('later')).finish();
    expect(decodeEvent(bytes)).toEqual({ kind: 'event', event: plain, encodedBytes: bytes.length });
  });

  it('keeps a replacement character that was really sent, and marks bytes that are not UTF-8', () => {
    const sent = decodeEvent(Event.encode({ ...plain, itemId: 'a\ufffdb' }).finish());
    expect(sent.kind === 'event' && sent.event.itemId).toBe('a\ufffdb');
    const broken = new BinaryWriter()
      .uint32(42)
      .bytes(Buffer.of(0x61, 0xff, 0x62))
      .finish();
    const received = decodeEvent(broken);
    const itemId = received.kind === 'event' ? received.event.itemId : '';
    expect(isMalformedText(itemId)).toBe(true);
    expect(printableText(itemId)).toBe('a\ufffdb');
  });

  it('names a field of the wrong wire type instead of leaving it out', () => {
    const bytes = new BinaryWriter()
      .uint32((1 << 3) | 0)
      .uint32(7)
      .uint32((8 << 3) | 2)
      .string('x')
      .finish();
    expect(fieldsOf(bytes)).toEqual(['event_id', 'event_value']);
  });

  it('refuses an attribute that has no value or comes twice', () => {
    const entry = (write: (writer: BinaryWriter) => BinaryWriter) => write(new BinaryWriter()).finish();
    const named = entry((writer) => writer.uint32(10).string('price'));
    expect(fieldsOf(new BinaryWriter().uint32(58).bytes(named).finish())).toEqual(['attributes']);
    const valued = entry((writer) => writer.uint32(10).string('price').uint32(18).bytes(Buffer.of(0x18, 1)));
    const twice = new BinaryWriter().uint32(58).bytes(valued).uint32(58).bytes(valued).finish();
    expect(fieldsOf(twice)).toEqual(['attributes']);
  });

  it.each([
    ['a cut message', Event.encode(plain).finish().subarray(0, -3)],
    ['zero bytes', new Uint8Array(10)],
    ['an end of a group', Buffer.of(0x0c)],
    ['groups in groups', Buffer.alloc(60_000, 0xfb)],
    ['a length beyond the end', Buffer.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ])('refuses %s', (_, bytes) => {
    expect(fieldsOf(bytes)).toEqual(['event']);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['event', 'malformed']).toContain(decodeEvent(bytes).kind);
      }),
      { numRuns: 2_000 },
    );
  });
});
