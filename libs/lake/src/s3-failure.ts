import { S3ServiceException } from '@aws-sdk/client-s3';
import { AffinityError, fromUnknown, resourceExhausted, unavailable } from '@affinity/service-kit';

const throttleRetryMs = 200;

/** A failed request to S3 as an error of ours, see ObjectStore. */
export function s3Failure(error: unknown): AffinityError {
  if (error instanceof AffinityError) return error;
  if (!(error instanceof S3ServiceException))
    return unavailable('the object store does not answer', { cause: fromUnknown(error) });
  const status = statusOf(error);
  const reason = `${error.name}: ${error.message}`;
  if (error.name === 'SlowDown' || status === 429)
    return resourceExhausted(`the object store throttles: ${reason}`, throttleRetryMs);
  if (status === 403)
    return new AffinityError('PERMISSION_DENIED', `the object store refuses: ${reason}`, { cause: error });
  if (error.name === 'NoSuchBucket')
    return new AffinityError('FAILED_PRECONDITION', 'the bucket does not exist: make it first', { cause: error });
  // 409: another conditional write of the same key is under way; its outcome decides the next attempt.
  if (status >= 500 || status === 409) return unavailable(`the object store failed: ${reason}`, { cause: error });
  return new AffinityError('INTERNAL', `the object store refused the request: ${reason}`, { cause: error });
}

/** The HTTP status that the store answered with; 500 when the client could not tell. */
export function statusOf(error: S3ServiceException): number {
  return error.$metadata.httpStatusCode ?? 500;
}
