/** An answer that its handler encoded itself, usually from parts that it keeps encoded. */
export class EncodedMessage {
  /** @param bytes the protobuf encoding of the method's answer */
  constructor(readonly bytes: Buffer) {}
}

/** A serializer that passes on what is encoded already. */
export function tolerantSerialize(serialize: (value: never) => Buffer): (value: unknown) => Buffer {
  return (value) => (value instanceof EncodedMessage ? value.bytes : serialize(value as never));
}
