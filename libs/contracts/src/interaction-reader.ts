import { profileKeyOf, type Attributes, type AttributeValue, type Interaction } from '@affinity/domain';
import { blockTag, ByteReader, doubleTag, varintTag } from './byte-reader';
import { RepeatedTexts } from './repeated-texts';

// What StreamRecord.decode and toInteraction give, read straight from the bytes: the aggregator does this for each event, and the
// generated code makes three objects for each attribute first.

const maxDateMs = 8.64e15;

// The fields' first bytes, in the order in which they are numbered.
const recordTags = { event: blockTag(1) };
const recordedTags = { event: blockTag(1), receivedAt: blockTag(2), unknownItem: varintTag(3) };
const eventTags = {
  eventId: blockTag(1),
  userId: blockTag(2),
  sessionId: blockTag(3),
  eventType: blockTag(4),
  itemId: blockTag(5),
  occurredAt: blockTag(6),
  attribute: blockTag(7),
  eventValue: doubleTag(8),
  recommendationId: blockTag(9),
  impression: blockTag(10),
};
const attributeTags = { name: blockTag(1), value: blockTag(2) };
const valueTags = { text: blockTag(1), number: doubleTag(2), bool: varintTag(3), list: blockTag(4) };
const listTags = { value: blockTag(1) };
const timeTags = { seconds: varintTag(1), nanos: varintTag(2) };

/** Parts of an event as they are met. */
interface Draft {
  eventId: string;
  userId: string;
  sessionId: string;
  eventType: string;
  itemId: string;
  occurredAtMs: number | undefined;
  readonly attributes: SlottedAttributes;
  /** Attributes read so far. */
  attributesRead: number;
}

/** A name, and where its attribute's value stands; -1: nowhere. */
interface ExpectedName {
  readonly name: Uint8Array;
  readonly slot: number;
}

/** The most names that are expected. */
const maxExpected = 256;
const encoder = new TextEncoder();

/** One for all: names and values repeat from partition to partition. */
const texts = new RepeatedTexts();

/** Reads the interactions of stream records. */
export class InteractionReader {
  private readonly bytes = new ByteReader(texts);
  /** Where the value of each attribute stands. */
  private readonly slots: ReadonlyMap<string, number>;
  /** The names that the event before had, in its order: most events have the same. */
  private readonly expected: ExpectedName[] = [];

  /** @param attributes the names of those that are wanted; others are read and left out */
  constructor(attributes: Iterable<string>) {
    this.slots = new Map([...new Set(attributes)].map((name, slot) => [name, slot]));
  }

  /**
   * The interaction of a record; undefined when the record holds something else, or is not written the way that ingest writes:
   * then ask the generated code.
   */
  read(record: Uint8Array): Interaction | undefined {
    try {
      return this.record(record);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private record(record: Uint8Array): Interaction | undefined {
    const { bytes } = this;
    bytes.begin(record);
    if (bytes.varint() !== recordTags.event) return undefined;
    const outer = bytes.enter();
    let draft: Draft | undefined;
    let receivedAtMs: number | undefined;
    while (bytes.more()) {
      switch (bytes.varint()) {
        case recordedTags.event:
          if (draft !== undefined) return undefined;
          draft = this.event();
          break;
        case recordedTags.receivedAt:
          receivedAtMs = this.time();
          break;
        case recordedTags.unknownItem:
          bytes.varint();
          break;
        default:
          return undefined;
      }
    }
    bytes.leave(outer);
    return bytes.more() || draft === undefined || receivedAtMs === undefined
      ? undefined
      : finished(draft, receivedAtMs);
  }

  private event(): Draft {
    const { bytes } = this;
    const outer = bytes.enter();
    const draft: Draft = {
      eventId: '',
      userId: '',
      sessionId: '',
      eventType: '',
      itemId: '',
      occurredAtMs: undefined,
      attributes: new SlottedAttributes(this.slots),
      attributesRead: 0,
    };
    while (bytes.more()) this.eventField(bytes.varint(), draft);
    bytes.leave(outer);
    return draft;
  }

  private eventField(field: number, draft: Draft): void {
    const { bytes } = this;
    switch (field) {
      case eventTags.attribute:
        this.attribute(draft);
        return;
      case eventTags.eventId:
        draft.eventId = bytes.uniqueText();
        return;
      case eventTags.userId:
        draft.userId = bytes.text();
        return;
      case eventTags.sessionId:
        draft.sessionId = bytes.text();
        return;
      case eventTags.eventType:
        draft.eventType = bytes.text();
        return;
      case eventTags.itemId:
        draft.itemId = bytes.text();
        return;
      case eventTags.occurredAt:
        draft.occurredAtMs = this.time();
        return;
      case eventTags.eventValue:
        bytes.double();
        return;
      case eventTags.recommendationId:
      case eventTags.impression:
        bytes.skip();
        return;
      default:
        throw new RangeError(`an event has no field ${field >>> 3} of wire type ${field & 7}`);
    }
  }

  private attribute(draft: Draft): void {
    const { bytes } = this;
    const outer = bytes.enter();
    if (bytes.varint() !== attributeTags.name) throw new RangeError('an attribute begins with its name');
    const slot = this.slotOfName(draft.attributesRead++);
    if (bytes.varint() !== attributeTags.value) throw new RangeError('an attribute goes on with its value');
    const entry = bytes.enter();
    draft.attributes.set(slot, this.value());
    bytes.leave(entry);
    bytes.leave(outer);
  }

  /** Reads the name of an event's n-th attribute. */
  private slotOfName(n: number): number {
    const expected = this.expected[n];
    if (expected !== undefined && this.bytes.isText(expected.name)) return expected.slot;
    const name = this.bytes.text();
    const slot = this.slots.get(name) ?? -1;
    if (n < maxExpected) this.expected[n] = { name: encoder.encode(name), slot };
    return slot;
  }

  private value(): AttributeValue {
    const { bytes } = this;
    switch (bytes.varint()) {
      case valueTags.text:
        return bytes.text();
      case valueTags.number:
        return bytes.double();
      case valueTags.bool:
        return bytes.varint() !== 0;
      case valueTags.list:
        return this.list();
      default:
        throw new RangeError('a value is of another kind');
    }
  }

  private list(): readonly string[] {
    const { bytes } = this;
    const outer = bytes.enter();
    const values: string[] = [];
    while (bytes.more()) {
      if (bytes.varint() !== listTags.value) throw new RangeError('a list holds texts');
      values.push(bytes.text());
    }
    bytes.leave(outer);
    return values;
  }

  /** Epoch milliseconds. */
  private time(): number {
    const { bytes } = this;
    const outer = bytes.enter();
    let seconds = 0;
    let nanos = 0;
    while (bytes.more()) {
      switch (bytes.varint()) {
        case timeTags.seconds:
          seconds = bytes.varint();
          break;
        case timeTags.nanos:
          nanos = bytes.varint();
          break;
        default:
          throw new RangeError('a time has seconds and nanoseconds');
      }
    }
    bytes.leave(outer);
    const ms = Math.trunc(seconds * 1_000 + nanos / 1_000_000);
    if (nanos > 999_999_999 || ms > maxDateMs) throw new RangeError('not a time');
    return ms;
  }
}

/** The attributes of an event that are wanted: a map of each event's own would take longer to fill than to read. */
class SlottedAttributes implements Attributes {
  private readonly values: (AttributeValue | undefined)[] = [];

  constructor(private readonly slots: ReadonlyMap<string, number>) {}

  get(name: string): AttributeValue | undefined {
    const slot = this.slots.get(name);
    return slot === undefined ? undefined : this.values[slot];
  }

  set(slot: number, value: AttributeValue): void {
    if (slot < 0) return;
    while (this.values.length <= slot) this.values.push(undefined);
    this.values[slot] = value;
  }
}

function finished(
  { userId, sessionId, itemId, eventId, eventType, occurredAtMs, attributes }: Draft,
  receivedAtMs: number,
): Interaction | undefined {
  const profileKey = profileKeyOf({ userId, sessionId });
  if (profileKey === undefined || occurredAtMs === undefined || eventId === '' || eventType === '') return undefined;
  // Both in full: to spread one into the other takes longer than to read two attributes.
  return itemId === ''
    ? { eventId, profileKey, eventType, occurredAtMs, receivedAtMs, attributes }
    : { eventId, profileKey, eventType, itemId, occurredAtMs, receivedAtMs, attributes };
}
