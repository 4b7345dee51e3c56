import { Event, IngestServiceService, PublishEventsRequest } from '@affinity/contracts';
import { ingestDefinition, readEncodedEvents } from './ingest-definition';

describe('ingestDefinition', () => {
  it('has every method of the contract', () => {
    expect(Object.keys(ingestDefinition)).toEqual(Object.keys(IngestServiceService));
  });

  it('cuts a request into the bytes of its events', () => {
    const events = ['a', 'b'].map((eventId) => Event.fromPartial({ eventId }));
    const bytes = PublishEventsRequest.encode({ events }).finish();
    const read = readEncodedEvents(bytes);
    expect(read.encodedBytes).toBe(bytes.length);
    expect(read.events.map((one) => Event.decode(one))).toEqual(events);
  });

  it('throws when the bytes are no message', () => {
    expect(() => readEncodedEvents(Buffer.of(0x0a, 0x7f, 0x00))).toThrow();
  });
});
