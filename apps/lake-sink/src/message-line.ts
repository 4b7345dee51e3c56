import { StreamRecord, partitionOfSubject } from '@affinity/contracts';
import { erasureLine, eventLine } from '@affinity/lake';
import type { StreamMessage } from '@affinity/messaging';

/** A message as a line of the lake; `unusable`: why it goes to the dead letters instead. */
export type MessageLine =
  { readonly kind: 'line'; readonly line: string } | { readonly kind: 'unusable'; readonly reason: string };

/** The line of a message. */
export function lineOf({ position, subject, data }: Pick<StreamMessage, 'position' | 'subject' | 'data'>): MessageLine {
  const record = decode(data)?.record;
  if (record === undefined) return { kind: 'unusable', reason: 'the body is not a stream record' };
  const place = { partition: partitionOfSubject(subject), position };
  const line = record.$case === 'event' ? eventLine(place, record.value) : erasureLine(place, record.value);
  if (line === undefined) return { kind: 'unusable', reason: `the ${record.$case} lacks its actor or a valid time` };
  return { kind: 'line', line };
}

function decode(data: Uint8Array): StreamRecord | undefined {
  try {
    return StreamRecord.decode(data);
  } catch {
    return undefined; // The reason for an operator is the same whatever the decoder says; the bytes are kept.
  }
}
