export { connectNats, type NatsConfig } from './nats-connection';
export { ensureEventStreams, type EventStreamOptions } from './event-streams';
export {
  createEventPublisher,
  type EventPublisher,
  type EventPublisherOptions,
  type EventToPublish,
  type PublishedEvent,
} from './event-publisher';
export { createStreamLookup, type StreamBounds, type StreamLookup } from './stream-lookup';
export {
  PartitionReader,
  readPartition,
  StreamRewoundError,
  type PartitionReaderOptions,
  type StreamMessage,
} from './partition-reader';
export { idlePosition, purgeStream, type PurgeLimit } from './stream-purge';
export { advanceWhileIdle, type IdleCheckpointOptions } from './idle-checkpoint';
export { createDeadLetterStore, type DeadLetter, type DeadLetterStore } from './dead-letters';
export { PartitionLeases, type PartitionLeasesOptions } from './partition-leases';
export { formatTimestampNs, parseTimestampNs, positionOf } from './stream-position';
export { listDeadLetters, replayDeadLetter, type StoredDeadLetter } from './dead-letter-replay';
export { openReplayRequests, type ReplayRequests } from './replay-requests';
export { eraseMessages, findMessages, type MessageSearch } from './message-erasure';
