import { profileKeyOf, type AttributeValue, type Interaction } from '@affinity/domain';
import { ByteReader, tag } from './byte-reader';
import { RepeatedTexts } from './repeated-texts';

// What StreamRecord.decode and toInteraction give, read straight from the bytes: the aggregator does this for each event, and the
// generated code makes three objects for each attribute first.

const maxDateMs = 8.64e15;

/** Parts of an event as they are met. */
interface Draft {
  eventId: string;
  userId: string;
  sessionId: string;
  eventType: string;
  itemId: string;
  occurredAtMs: number | undefined;
  readonly attributes: Map<string, AttributeValue>;
}

/** Reads the interactions of stream records. */
export class InteractionReader {
  private readonly bytes = new ByteReader(new RepeatedTexts());

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
    if (bytes.varint() !== tag.block(1)) return undefined;
    const outer = bytes.enter();
    let draft: Draft | undefined;
    let receivedAtMs: number | undefined;
    while (bytes.more()) {
      switch (bytes.varint()) {
        case tag.block(1):
          if (draft !== undefined) return undefined;
          draft = this.event();
          break;
        case tag.block(2):
          receivedAtMs = this.time();
          break;
        case tag.varint(3):
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
      attributes: new Map(),
    };
    while (bytes.more()) this.eventField(bytes.varint(), draft);
    bytes.leave(outer);
    return draft;
  }

  private eventField(field: number, draft: Draft): void {
    const { bytes } = this;
    switch (field) {
      case tag.block(1):
        draft.eventId = bytes.text();
        return;
      case tag.block(2):
        draft.userId = bytes.text();
        return;
      case tag.block(3):
        draft.sessionId = bytes.text();
        return;
      case tag.block(4):
        draft.eventType = bytes.text();
        return;
      case tag.block(5):
        draft.itemId = bytes.text();
        return;
      case tag.block(6):
        draft.occurredAtMs = this.time();
        return;
      case tag.block(7):
        this.attribute(draft.attributes);
        return;
      case tag.double(8):
        bytes.double();
        return;
      case tag.block(9):
      case tag.block(10):
        bytes.skip();
        return;
      default:
        throw new RangeError(`an event has no field ${field >>> 3} of wire type ${field & 7}`);
    }
  }

  private attribute(attributes: Map<string, AttributeValue>): void {
    const { bytes } = this;
    const outer = bytes.enter();
    if (bytes.varint() !== tag.block(1)) throw new RangeError('an attribute begins with its name');
    const name = bytes.text();
    if (bytes.varint() !== tag.block(2)) throw new RangeError('an attribute goes on with its value');
    const entry = bytes.enter();
    attributes.set(name, this.value());
    bytes.leave(entry);
    bytes.leave(outer);
  }

  private value(): AttributeValue {
    const { bytes } = this;
    switch (bytes.varint()) {
      case tag.block(1):
        return bytes.text();
      case tag.double(2):
        return bytes.double();
      case tag.varint(3):
        return bytes.varint() !== 0;
      case tag.block(4):
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
      if (bytes.varint() !== tag.block(1)) throw new RangeError('a list holds texts');
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
        case tag.varint(1):
          seconds = bytes.varint();
          break;
        case tag.varint(2):
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

function finished(
  { userId, sessionId, itemId, eventId, eventType, occurredAtMs, attributes }: Draft,
  receivedAtMs: number,
): Interaction | undefined {
  const profileKey = profileKeyOf({ userId, sessionId });
  if (profileKey === undefined || occurredAtMs === undefined || eventId === '' || eventType === '') return undefined;
  return {
    eventId,
    profileKey,
    eventType,
    ...(itemId === '' ? {} : { itemId }),
    occurredAtMs,
    receivedAtMs,
    attributes,
  };
}
