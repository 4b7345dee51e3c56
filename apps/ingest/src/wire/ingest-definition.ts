import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { IngestServiceService } from '@affinity/contracts';

/** The request of PublishEvents with its events still encoded, so that one bad event does not spoil the others. */
export interface EncodedEvents {
  readonly events: readonly Uint8Array[];
  /** Bytes of the whole request. */
  readonly encodedBytes: number;
}

/** Number of the field that holds the events in PublishEventsRequest, and the event in StreamEventsRequest. */
const eventField = 1;

/**
 * The contract's IngestService, whose requests are read as `EncodedEvents`: each event is decoded on its own, strictly, once
 * the limits of the call are known to hold.
 */
export const ingestDefinition = {
  publishEvents: { ...IngestServiceService.publishEvents, requestDeserialize: readEncodedEvents },
  streamEvents: { ...IngestServiceService.streamEvents, requestDeserialize: readEncodedEvents },
};

/** Cuts a request into its events. Throws when the bytes are no protobuf message. */
export function readEncodedEvents(bytes: Uint8Array): EncodedEvents {
  const reader = new BinaryReader(bytes);
  const events: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === eventField && wireType === WireType.LengthDelimited) events.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return { events, encodedBytes: bytes.length };
}
