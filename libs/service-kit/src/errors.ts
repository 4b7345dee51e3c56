/**
 * The codes an Affinity error can have, with their gRPC numbers.
 * Source: https://grpc.io/docs/guides/status-codes/. UNKNOWN and OUT_OF_RANGE are left out on purpose: we always know at
 * least INTERNAL, and a value out of range is an INVALID_ARGUMENT.
 */
export const errorCodeNumbers = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** The closed set of error codes. */
export type ErrorCode = keyof typeof errorCodeNumbers;

/** One field of a request that broke a rule. */
export interface FieldViolation {
  /** Path of the field as the caller wrote it, for example `events[3].user_id`. */
  readonly field: string;
  /** What is wrong and what would be right; never the value of a secret. */
  readonly description: string;
  /** Stable name of the broken rule in UPPER_SNAKE_CASE, for programs. */
  readonly rule?: string;
}

/** What an error may carry besides code and message. */
export interface AffinityErrorOptions {
  readonly cause?: unknown;
  readonly fieldViolations?: readonly FieldViolation[];
  /** The caller should not try again before this many milliseconds. */
  readonly retryAfterMs?: number;
  /** Overrides the rule described at {@link AffinityError.retryable}. */
  readonly retryable?: boolean;
}

/** The one error type that crosses the boundaries of a library or a service. */
export class AffinityError extends Error {
  override readonly name = 'AffinityError';
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  /**
   * Whether the same call can succeed if it is merely repeated. True for UNAVAILABLE, and for RESOURCE_EXHAUSTED when
   * the refuser said when to come back: without that it usually means a message that will never fit.
   */
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AffinityErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.fieldViolations = options.fieldViolations ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = options.retryable ?? isRetryableByNature(code, options.retryAfterMs);
  }
}

function isRetryableByNature(code: ErrorCode, retryAfterMs: number | undefined): boolean {
  return code === 'UNAVAILABLE' || (code === 'RESOURCE_EXHAUSTED' && retryAfterMs !== undefined);
}

/** The request broke these rules; the message names every field. */
export function invalidArgument(violations: readonly FieldViolation[]): AffinityError {
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return new AffinityError('INVALID_ARGUMENT', message, { fieldViolations: violations });
}

/** A limit was hit; the caller may try again after `retryAfterMs`. */
export function resourceExhausted(message: string, retryAfterMs: number): AffinityError {
  return new AffinityError('RESOURCE_EXHAUSTED', message, { retryAfterMs });
}

/** Something this call needs cannot be reached right now; repeating the call later can succeed. */
export function unavailable(message: string, options: AffinityErrorOptions = {}): AffinityError {
  return new AffinityError('UNAVAILABLE', message, options);
}

/** The named thing does not exist. */
export function notFound(message: string): AffinityError {
  return new AffinityError('NOT_FOUND', message);
}

/** A bug or broken I/O; over gRPC the caller sees an id only, and the log has the rest. */
export function internal(message: string, cause?: unknown): AffinityError {
  return new AffinityError('INTERNAL', message, { cause });
}

/**
 * Turns whatever was thrown into an {@link AffinityError}, once per edge. Aborts become CANCELLED, timeouts
 * DEADLINE_EXCEEDED, an aborted signal's reason is followed, and everything unforeseen becomes INTERNAL with its cause.
 */
export function fromUnknown(error: unknown): AffinityError {
  if (error instanceof AffinityError) return error;
  // Read structurally: what a platform throws on abort is no Error in every realm.
  const { name, message, cause } = typeof error === 'object' && error !== null ? (error as Partial<Error>) : {};
  if (name === 'TimeoutError') return new AffinityError('DEADLINE_EXCEEDED', 'deadline exceeded', { cause: error });
  if (name !== 'AbortError') return internal(message ?? 'unknown failure', error);
  // timers/promises and events wrap the reason of the signal, which may well be our own error.
  return cause instanceof AffinityError ? cause : new AffinityError('CANCELLED', 'cancelled', { cause: error });
}
