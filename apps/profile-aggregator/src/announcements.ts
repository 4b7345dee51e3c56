import { type ProfileChange, ProfileChanges } from '@affinity/contracts';

/** Bytes of changes in one announcement, about: well below what a NATS server takes. */
const maxAnnouncementBytes = 256_000;

/**
 * Puts changes together into announcements of a bounded size; a larger change goes alone. Encoded messages are joined by
 * writing them one after the other. Source: protobuf.dev, Encoding, "Last One Wins".
 */
export function* announcements(changes: readonly ProfileChange[]): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const change of changes) {
    const encoded = ProfileChanges.encode({ changes: [change] }).finish();
    if (batch.length > 0 && bytes + encoded.length > maxAnnouncementBytes) {
      yield Buffer.concat(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(encoded);
    bytes += encoded.length;
  }
  if (batch.length > 0) yield Buffer.concat(batch);
}
