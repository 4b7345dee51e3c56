import { createHash } from 'node:crypto';

/**
 * The id that makes an event recognisable for ever: JetStream's `Nats-Msg-Id` and Personalize's `eventId`. SHA-256, as 43
 * characters of base64url, over the length-prefixed profile key and event id, so that no two pairs give the same bytes.
 */
export function messageId(profileKey: string, eventId: string): string {
  const hash = createHash('sha256');
  for (const part of [profileKey, eventId]) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('base64url');
}
