import { AthenaServiceException, type QueryExecutionStatus } from '@aws-sdk/client-athena';
import { AffinityError, fromUnknown, resourceExhausted, unavailable } from '@affinity/service-kit';

const throttleRetryMs = 500;

/** A refused or unanswered request to Athena as an error of ours, see SqlEngine. */
export function athenaFailure(error: unknown): AffinityError {
  if (error instanceof AffinityError) return error;
  if (!(error instanceof AthenaServiceException))
    return unavailable('Athena does not answer', { cause: fromUnknown(error) });
  const reason = `${error.name}: ${error.message}`;
  const status = error.$metadata.httpStatusCode ?? 500;
  // By name: the quota of queries under way and the rate limit are answered with 400.
  if (error.name === 'TooManyRequestsException' || error.name === 'ThrottlingException' || status === 429)
    return resourceExhausted(`Athena throttles: ${reason}`, throttleRetryMs);
  if (error.name === 'AccessDeniedException' || status === 403)
    return new AffinityError('PERMISSION_DENIED', `Athena refuses: ${reason}`, { cause: error });
  if (status >= 500) return unavailable(`Athena failed: ${reason}`, { cause: error });
  return new AffinityError('INVALID_ARGUMENT', `Athena refuses the query: ${reason}`, { cause: error });
}

/** Categories of a failed query. Source: Athena API reference, AthenaError. */
const systemError = 1;
const userError = 2;

/** A query that failed or was cancelled as an error of ours. */
export function queryFailure(
  id: string,
  { State, StateChangeReason, AthenaError }: QueryExecutionStatus,
): AffinityError {
  const reason = StateChangeReason ?? AthenaError?.ErrorMessage ?? 'no reason given';
  const message = `query ${id} ${State === 'CANCELLED' ? 'was cancelled' : 'failed'}: ${reason}`;
  if (State === 'CANCELLED') return new AffinityError('ABORTED', message);
  switch (AthenaError?.ErrorCategory) {
    case systemError:
      return unavailable(message);
    case userError:
      return new AffinityError('INVALID_ARGUMENT', message);
    default:
      return new AffinityError('INTERNAL', message);
  }
}
