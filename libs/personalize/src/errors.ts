import { AffinityError, type ErrorCode, fromUnknown } from '@affinity/service-kit';

/** What a failed call of an AWS client looks like; read structurally, because each client has a base class of its own. */
interface AwsFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}

const throttleRetryMs = 100;

/** By name, not by status: the common errors of AWS share status 400. Source: "Common Errors", Amazon Personalize API reference. */
const codeByName: Readonly<Record<string, ErrorCode>> = {
  InvalidInputException: 'INVALID_ARGUMENT',
  SerializationException: 'INVALID_ARGUMENT',
  ValidationError: 'INVALID_ARGUMENT',
  ValidationException: 'INVALID_ARGUMENT',
  ResourceNotFoundException: 'NOT_FOUND',
  ResourceInUseException: 'ABORTED',
  ResourceAlreadyExistsException: 'ALREADY_EXISTS',
  LimitExceededException: 'RESOURCE_EXHAUSTED',
  AccessDeniedException: 'PERMISSION_DENIED',
  NotAuthorized: 'PERMISSION_DENIED',
  OptInRequired: 'PERMISSION_DENIED',
  ExpiredTokenException: 'UNAUTHENTICATED',
  IncompleteSignature: 'UNAUTHENTICATED',
  InvalidClientTokenId: 'UNAUTHENTICATED',
  InvalidSignatureException: 'UNAUTHENTICATED',
  MissingAuthenticationToken: 'UNAUTHENTICATED',
  UnrecognizedClientException: 'UNAUTHENTICATED',
  ThrottlingException: 'RESOURCE_EXHAUSTED',
  TooManyRequestsException: 'RESOURCE_EXHAUSTED',
  RequestLimitExceeded: 'RESOURCE_EXHAUSTED',
  ProvisionedThroughputExceededException: 'RESOURCE_EXHAUSTED',
};

/**
 * A failed call as an error of ours. `signal` is the one that the call was given: when it has aborted, its reason is what
 * the caller has to know. AWS's own words are kept: they tell an operator what to mend.
 */
export function personalizeFailure(error: unknown, signal: AbortSignal): AffinityError {
  if (signal.aborted) return fromUnknown(signal.reason);
  if (isAwsFailure(error)) return answeredFailure(error);
  const { code, message } = fromUnknown(error);
  if (code === 'DEADLINE_EXCEEDED')
    return new AffinityError(code, 'Personalize did not answer in time', { cause: error });
  const isAboutCredentials = error instanceof Error && error.name === 'CredentialsProviderError';
  if (isAboutCredentials)
    return new AffinityError('UNAUTHENTICATED', `no AWS credentials: ${message}`, { cause: error });
  return new AffinityError('UNAVAILABLE', `Personalize cannot be reached: ${message}`, { cause: error });
}

function answeredFailure(error: AwsFailure): AffinityError {
  const status = error.$metadata.httpStatusCode ?? 500;
  if (status >= 500) return new AffinityError('UNAVAILABLE', `Personalize failed: ${error.name}`, { cause: error });
  // What nobody foresaw is not the request's fault: a request that is worth repeating must not be thrown away.
  const code = status === 429 ? 'RESOURCE_EXHAUSTED' : (codeByName[error.name] ?? 'FAILED_PRECONDITION');
  return new AffinityError(code, `Personalize refused: ${error.name}: ${error.message}`, {
    cause: error,
    // A quota that is used up does not mend by itself, as throttling does.
    ...(code === 'RESOURCE_EXHAUSTED' && error.name !== 'LimitExceededException'
      ? { retryAfterMs: throttleRetryMs }
      : {}),
  });
}

function isAwsFailure(error: unknown): error is AwsFailure {
  // A refused connection has $metadata too, but no status: nobody answered.
  return error instanceof Error && '$fault' in error && '$metadata' in error;
}
