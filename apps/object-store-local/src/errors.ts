/**
 * The error codes this server answers with, and their HTTP statuses.
 * Source: "Error responses", Amazon S3 API Reference.
 */
const STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** The name of an S3 error, as clients read it from the answer's `Code` element. */
export type S3ErrorCode = keyof typeof STATUS;

/** An answer that refuses the request. Terminal for the client unless `status` is 500 or above (501 excepted). */
export class S3Error extends Error {
  /** The HTTP status that goes with the code. */
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'S3Error';
    this.status = STATUS[code];
  }

  /** Turns anything thrown into an answer; what is not an `S3Error` is a fault of this server and says no more than that. */
  static from(error: unknown): S3Error {
    if (error instanceof S3Error) return error;
    if (fileErrorCode(error) === 'ENOSPC') {
      return new S3Error('ServiceUnavailable', 'The disk of the object store is full.', { cause: error });
    }
    return new S3Error('InternalError', 'The object store met an unexpected error; see its log.', { cause: error });
  }
}

/** The `code` of a Node file system error (`ENOENT`, …), or undefined for any other value. */
export function fileErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
