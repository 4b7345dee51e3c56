import { InteractionReader, StreamRecord, toInteraction, type UserErasure } from '@affinity/contracts';
import { refusalOf, type Interaction, type Schema } from '@affinity/domain';
import type { Erasure } from '@affinity/profile-storage';

/** What a message of the stream asks for; `unusable`: why it goes to the dead letters. */
export type DecodedRecord =
  | { readonly kind: 'erasure'; readonly erasure: Erasure }
  | { readonly kind: 'interaction'; readonly interaction: Interaction }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Reads messages' bodies and judges them as ingest did, by their own times, so that a replay judges the same. */
export class RecordDecoder {
  private readonly interactions: InteractionReader;

  constructor(private readonly schema: Schema) {
    const attributes = schema.dimensions.flatMap((dimension) => (dimension.kind === 'item' ? [] : [dimension.source]));
    this.interactions = new InteractionReader(attributes);
  }

  /** What a message asks for. */
  decode(data: Uint8Array): DecodedRecord {
    const interaction = this.interactions.read(data);
    if (interaction !== undefined) return usable(interaction, this.schema);
    const record = parse(data);
    if (record === undefined) return unusable('the body is not a stream record');
    switch (record.record?.$case) {
      case 'event':
        return usable(toInteraction(record.record.value), this.schema);
      case 'erasure':
        return erasureOf(record.record.value);
      case undefined:
        return unusable('the record is of a kind that this version does not know');
    }
  }
}

function parse(data: Uint8Array): StreamRecord | undefined {
  try {
    return StreamRecord.decode(data);
  } catch {
    return undefined; // The reason for an operator is the same whatever the decoder says; the bytes are kept.
  }
}

function erasureOf({ profileKey, requestedAt }: UserErasure): DecodedRecord {
  if (profileKey === '' || requestedAt === undefined) return unusable('the erasure lacks its profile or time');
  return { kind: 'erasure', erasure: { profileKey, requestedAtMs: requestedAt.getTime() } };
}

function usable(interaction: Interaction | undefined, schema: Schema): DecodedRecord {
  if (interaction === undefined) return unusable('the event lacks its id, type, time or actor');
  const refusal = refusalOf(interaction, schema);
  return refusal === undefined ? { kind: 'interaction', interaction } : unusable(refusal);
}

function unusable(reason: string): DecodedRecord {
  return { kind: 'unusable', reason };
}
