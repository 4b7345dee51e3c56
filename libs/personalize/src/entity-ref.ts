import type { EntityKind } from './entity-writer';

/** Which item or user. */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
}

/** A reference as bytes, as dead letters hold it. */
export function encodeEntityRef({ kind, id }: EntityRef): Uint8Array {
  return Buffer.from(JSON.stringify({ kind, id }));
}

/** Reads a reference; undefined when the bytes are none. */
export function decodeEntityRef(data: Uint8Array): EntityRef | undefined {
  const parsed = parse(Buffer.from(data).toString());
  if (typeof parsed !== 'object' || parsed === null || !('kind' in parsed) || !('id' in parsed)) return undefined;
  const { kind, id } = parsed;
  if ((kind !== 'item' && kind !== 'user') || typeof id !== 'string') return undefined;
  return { kind, id };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
