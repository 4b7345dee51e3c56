/** The stream of everything that people did. Nothing in it is dropped to make room. */
export const eventsStream = 'EVENTS';

/** The stream of messages that could not be handled, each with its reason. */
export const deadLettersStream = 'DEAD_LETTERS';

/** Partitions of the stream unless the deployment says otherwise. Changing it means draining all partitions first. */
export const defaultPartitions = 32;

/** The token that stands for an erasure where an event's type stands otherwise; no event type begins with `_`. */
export const erasureSubjectToken = '_erasure';

/** Window in which JetStream itself recognises a repeated message id, in milliseconds. */
export const duplicateWindowMs = 120_000;

/** Subject of one event, `events.<partition>.<event type>`. The schema keeps event types free of NATS' own characters. */
export function eventSubject(partition: number, eventType: string): string {
  return `events.${partition}.${eventType}`;
}

/** Subject filter of a partition: all its events and erasures. */
export function partitionFilter(partition: number): string {
  return `events.${partition}.>`;
}

/** The partition that a subject of the stream names. */
export function partitionOfSubject(subject: string): number {
  return Number(subject.split('.', 2)[1]);
}

/** Subject filter of the whole stream. */
export const allEventsFilter = 'events.>';

/** Subject of a dead letter: which reader gave it up, from which partition. */
export function deadLetterSubject(reader: string, partition: number): string {
  return `dead-letters.${reader}.${partition}`;
}

/** Subject filter of all dead letters. */
export const allDeadLettersFilter = 'dead-letters.>';

/** Where a reader is asked to try a dead letter again that is no message of the stream; core NATS, answered. */
export function replaySubject(reader: string, partition: number): string {
  return `dead-letter-replays.${reader}.${partition}`;
}

/** A partition's tiles of one generation: what is announced of one says nothing of another. */
export interface AnnouncedPart {
  readonly generation: number;
  readonly partition: number;
}

/** Where a partition's user-tile watermark is announced after each flush; core NATS, may be lost. */
export function watermarkSubject({ generation, partition }: AnnouncedPart): string {
  return `watermarks.${generation}.${partition}`;
}

/** Subject filter of all watermarks of a generation. */
export function watermarksFilter(generation: number): string {
  return `watermarks.${generation}.*`;
}

/** The partition whose watermark a subject announces. */
export function partitionOfWatermark(subject: string): number {
  return Number(subject.split('.', 3)[2]);
}

/** Where the writer of a partition answers with its current watermark. */
export function watermarkRequestSubject({ generation, partition }: AnnouncedPart): string {
  return `watermark-requests.${generation}.${partition}`;
}

/** Where changed tiles of a partition are announced; core NATS, may be lost. */
export function changesSubject({ generation, partition }: AnnouncedPart): string {
  return `profile-changes.${generation}.${partition}`;
}

/** Subject filter of all announced changes of a generation. */
export function changesFilter(generation: number): string {
  return `profile-changes.${generation}.*`;
}

/** Key-value bucket of the leases of partitions. */
export const leasesBucket = 'leases';

/** Key-value bucket of the replicas that share the leases. */
export const membersBucket = 'lease-members';

/** Header of an answer that puts off who asked, by so many milliseconds. */
export const retryAfterHeader = 'Affinity-Retry-After-Ms';

/** Headers of dead letters. */
export const deadLetterHeaders = {
  reason: 'Affinity-Reason',
  subject: 'Affinity-Subject',
  sequence: 'Affinity-Sequence',
  timestampNs: 'Affinity-Timestamp-Ns',
  reader: 'Affinity-Reader',
} as const;
