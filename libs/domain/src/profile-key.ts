const sessionPrefix = 'session:';

/** Who acted: a known user, or an anonymous visitor by session. */
export interface Actor {
  /** Empty or absent for an anonymous visitor. */
  readonly userId?: string;
  readonly sessionId?: string;
}

/**
 * The key under which a profile is kept: the user id, or `session:` and the session id for an anonymous visitor.
 * Undefined when the actor has neither. Logging in never merges the two.
 */
export function profileKeyOf(actor: Actor): string | undefined {
  if (actor.userId) return actor.userId;
  return actor.sessionId ? sessionPrefix + actor.sessionId : undefined;
}

/** Whether a user id would be mistaken for an anonymous visitor's profile key. */
export function collidesWithSessionKeys(userId: string): boolean {
  return userId.startsWith(sessionPrefix);
}

/**
 * FNV-1a, 32 bits, over the UTF-8 bytes of a text: the hash of NATS' own `partition()` subject mapping.
 * Source: Fowler, Noll, Vo, draft-eastlake-fnv.
 */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8Bytes(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The partition, 0 to partitions - 1, that all events of a profile go to. */
export function partitionOf(profileKey: string, partitions: number): number {
  return fnv1a32(profileKey) % partitions;
}

const encoder = new TextEncoder();

function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text);
}
