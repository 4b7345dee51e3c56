import { Metadata } from '@grpc/grpc-js';
import { AffinityError, type ErrorCode, errorCodeNumbers, type FieldViolation } from '../errors';
import { decodeStatusDetails, encodeStatus, type StatusDetails, statusDetailsKey } from './status-details';

/** What grpc-js sends when a call fails. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

// Trailers are headers: peers refuse more than some 8 KiB of them, and the text is sent twice, once URI-encoded.
const maxMessageLength = 1_024;
const maxDetailBytes = 3_072;

/**
 * The status that tells a caller about this error, details included. Text is cut and made well-formed: grpc-js throws,
 * outside of any handler, on half a surrogate pair.
 */
export function toGrpcStatus(error: AffinityError): GrpcStatus {
  const code = errorCodeNumbers[error.code];
  const message = safeText(error.message, maxMessageLength);
  const metadata = new Metadata();
  if (error.fieldViolations.length > 0 || error.retryAfterMs !== undefined) {
    const fieldViolations = fittingViolations(error.fieldViolations);
    const bytes = encodeStatus({ code, message, fieldViolations, retryAfterMs: error.retryAfterMs });
    metadata.set(statusDetailsKey, Buffer.from(bytes));
  }
  return { code, details: message, metadata };
}

function fittingViolations(violations: readonly FieldViolation[]): readonly FieldViolation[] {
  const fitting: FieldViolation[] = [];
  let bytes = 0;
  for (const violation of violations) {
    const safe = {
      ...violation,
      field: safeText(violation.field, 256),
      description: safeText(violation.description, 512),
    };
    bytes += Buffer.byteLength(safe.field) + Buffer.byteLength(safe.description) + (safe.rule?.length ?? 0) + 16;
    if (bytes > maxDetailBytes) break;
    fitting.push(safe);
  }
  return fitting;
}

function safeText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return Buffer.from(cut).toString();
}

const codeByNumber = new Map<number, ErrorCode>(
  Object.entries(errorCodeNumbers).map(([code, number]) => [number, code as ErrorCode]),
);

/** How grpc-js reports a failed call; errors that it makes itself have no metadata. */
export interface FailedCall extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** The error that a failed call reported, with the details the server sent; the grpc-js error is its cause. */
export function fromGrpcError(error: FailedCall): AffinityError {
  const { fieldViolations, retryAfterMs } = detailsOf(error);
  const options = { cause: error, fieldViolations, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new AffinityError(codeOf(error.code), error.details, options);
}

function codeOf(number: number): ErrorCode {
  const outOfRange = 11;
  return codeByNumber.get(number) ?? (number === outOfRange ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

function detailsOf(error: FailedCall): StatusDetails {
  const none = { fieldViolations: [], retryAfterMs: undefined };
  const [bytes] = error.metadata?.get(statusDetailsKey) ?? [];
  if (!(bytes instanceof Uint8Array)) return none;
  try {
    return decodeStatusDetails(bytes);
  } catch {
    return none; // Details from elsewhere may be anything; the code and the message still count.
  }
}
