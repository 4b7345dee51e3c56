/**
 * The errors this server answers with, and their HTTP statuses. The first six are those of Personalize's API models;
 * the others are AWS's common errors ("Common Errors", Amazon Personalize API reference).
 */
const statusOf = {
  InvalidInputException: 400,
  ResourceNotFoundException: 404,
  ResourceInUseException: 409,
  ResourceAlreadyExistsException: 403,
  LimitExceededException: 409,
  InvalidNextTokenException: 400,
  SerializationException: 400,
  UnknownOperationException: 404,
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 400,
  InvalidSignatureException: 403,
  RequestEntityTooLargeException: 413,
  ThrottlingException: 400,
  InternalServerException: 500,
} as const;

/** The name of an AWS error, as clients read it. */
export type AwsErrorName = keyof typeof statusOf;

/** An answer that refuses a request. */
export class AwsError extends Error {
  /** The HTTP status that goes with the name. */
  readonly status: number;

  constructor(
    override readonly name: AwsErrorName,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = statusOf[name];
  }

  /** Anything thrown as an answer; what is not an `AwsError` is a fault of this server and says no more than that. */
  static from(error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    return new AwsError('InternalServerException', 'personalize-local met an unexpected error; see its log', {
      cause: error,
    });
  }
}

/** A request that breaks these constraints, in AWS's words. */
export function invalidInput(problems: readonly string[]): AwsError {
  const noun = problems.length === 1 ? 'error' : 'errors';
  return new AwsError(
    'InvalidInputException',
    `${problems.length} validation ${noun} detected: ${problems.join('; ')}`,
  );
}
