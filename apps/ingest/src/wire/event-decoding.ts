import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Event, type FieldViolation } from '@affinity/contracts';
import { attributesField, eventFields } from './event-fields';
import { TextCheckingReader } from './text-checking-reader';

/** An event's bytes as an event, or what keeps them from being one. */
export type DecodedEvent =
  | { readonly kind: 'event'; readonly event: Event; readonly encodedBytes: number }
  | { readonly kind: 'malformed'; readonly violations: readonly FieldViolation[] };

/**
 * Decodes one event strictly. The generated code takes a field of another wire type for an unknown one and leaves it out,
 * and drops an attribute without a value; a caller would then wonder where their data went. Text that is not UTF-8 is left
 * to validation, which names its place. Never throws.
 */
export function decodeEvent(bytes: Uint8Array): DecodedEvent {
  try {
    const { violations, attributeEntries } = inspectFields(bytes);
    if (violations.length > 0) return { kind: 'malformed', violations };
    const event = Event.decode(new TextCheckingReader(bytes));
    if (event.attributes.size === attributeEntries) return { kind: 'event', event, encodedBytes: bytes.length };
    return malformed('attributes', 'each name must come once and with a value');
  } catch {
    return malformed('event', 'the bytes are not an affinity.events.v1.Event');
  }
}

interface Inspection {
  readonly violations: readonly FieldViolation[];
  readonly attributeEntries: number;
}

function inspectFields(bytes: Uint8Array): Inspection {
  const reader = new BinaryReader(bytes);
  const violations: FieldViolation[] = [];
  let attributeEntries = 0;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = eventFields.get(number);
    if (field !== undefined && field.wireType !== wireType) {
      violations.push({ field: field.name, description: `has wire type ${wireType}, must have ${field.wireType}` });
    }
    if (number === attributesField) attributeEntries += 1;
    reader.skip(wireType, number);
  }
  return { violations, attributeEntries };
}

function malformed(field: string, description: string): DecodedEvent {
  return { kind: 'malformed', violations: [{ field, description }] };
}
