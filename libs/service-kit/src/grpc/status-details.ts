import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type FieldViolation } from '../errors';

// The richer error model of gRPC: a google.rpc.Status with typed details, in the trailer `grpc-status-details-bin`.
// Messages and field numbers: https://github.com/googleapis/googleapis, google/rpc/status.proto and error_details.proto.
// Written by hand because four small messages do not justify generated code in this library.

/** What travels in the details of a status. */
export interface StatusDetails {
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
}

/** A gRPC status with its details. */
export interface DetailedStatus extends StatusDetails {
  /** The number of the gRPC code. */
  readonly code: number;
  readonly message: string;
}

/** The trailer that holds the encoded status. */
export const statusDetailsKey = 'grpc-status-details-bin';

const typePrefix = 'type.googleapis.com/google.rpc.';

/** Encodes a google.rpc.Status with BadRequest and RetryInfo where there is something to say. */
export function encodeStatus(status: DetailedStatus): Uint8Array {
  const writer = new BinaryWriter().uint32(8).int32(status.code).uint32(18).string(status.message);
  if (status.fieldViolations.length > 0) writeAny(writer, 'BadRequest', encodeBadRequest(status.fieldViolations));
  if (status.retryAfterMs !== undefined) writeAny(writer, 'RetryInfo', encodeRetryInfo(status.retryAfterMs));
  return writer.finish();
}

function writeAny(writer: BinaryWriter, type: string, value: Uint8Array): void {
  const any = new BinaryWriter()
    .uint32(10)
    .string(typePrefix + type)
    .uint32(18)
    .bytes(value)
    .finish();
  writer.uint32(26).bytes(any);
}

function encodeBadRequest(violations: readonly FieldViolation[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { field, description, rule } of violations) {
    const violation = new BinaryWriter().uint32(10).string(field).uint32(18).string(description);
    if (rule !== undefined) violation.uint32(26).string(rule);
    writer.uint32(10).bytes(violation.finish());
  }
  return writer.finish();
}

function encodeRetryInfo(retryAfterMs: number): Uint8Array {
  const wholeMs = Math.max(0, Math.ceil(retryAfterMs));
  const duration = new BinaryWriter()
    .uint32(8)
    .int64(Math.floor(wholeMs / 1_000))
    .uint32(16)
    .int32((wholeMs % 1_000) * 1_000_000);
  return new BinaryWriter().uint32(10).bytes(duration.finish()).finish();
}

/** Reads the details out of an encoded google.rpc.Status; what it does not know, it skips. Throws when it is malformed. */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails {
  const fieldViolations: FieldViolation[] = [];
  let retryAfterMs: number | undefined;
  forEachField(bytes, (field, reader) => {
    if (field !== 3) return false;
    const any = readAny(reader.bytes());
    if (any.type === `${typePrefix}BadRequest`) fieldViolations.push(...decodeBadRequest(any.value));
    if (any.type === `${typePrefix}RetryInfo`) retryAfterMs = decodeRetryInfo(any.value);
    return true;
  });
  return { fieldViolations, retryAfterMs };
}

function readAny(bytes: Uint8Array): { type: string; value: Uint8Array } {
  const any: { type: string; value: Uint8Array } = { type: '', value: new Uint8Array() };
  forEachField(bytes, (field, reader) => {
    if (field === 1) any.type = reader.string();
    else if (field === 2) any.value = reader.bytes();
    else return false;
    return true;
  });
  return any;
}

function decodeBadRequest(bytes: Uint8Array): FieldViolation[] {
  const violations: FieldViolation[] = [];
  forEachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    violations.push(decodeViolation(reader.bytes()));
    return true;
  });
  return violations;
}

function decodeViolation(bytes: Uint8Array): FieldViolation {
  const texts: Record<number, string> = {};
  forEachField(bytes, (field, reader) => {
    if (field > 3) return false;
    texts[field] = reader.string();
    return true;
  });
  const rule = texts[3];
  return { field: texts[1] ?? '', description: texts[2] ?? '', ...(rule === undefined ? {} : { rule }) };
}

function decodeRetryInfo(bytes: Uint8Array): number {
  let delayMs = 0;
  forEachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    forEachField(reader.bytes(), (part, duration) => {
      if (part === 1) delayMs += Number(duration.int64()) * 1_000;
      else if (part === 2) delayMs += duration.int32() / 1_000_000;
      else return false;
      return true;
    });
    return true;
  });
  return delayMs;
}

/** Walks over the fields of a message; `read` returns false for those that it leaves to be skipped. */
function forEachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!read(field, reader)) reader.skip(wireType, field);
  }
}
