import { AffinityError, internal, resourceExhausted, unavailable } from '@affinity/service-kit';
import { codeOf } from './durable-files';

const fullRetryMs = 1_000;

/** A failed file operation as an error of ours, see ObjectStore. */
export function localFailure(error: unknown): AffinityError {
  if (error instanceof AffinityError) return error;
  const code = codeOf(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG': // A limit of this process or of the file system.
      return resourceExhausted(
        `the object folder takes no more: the disk is full or a limit is reached (${code})`,
        fullRetryMs,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AffinityError('PERMISSION_DENIED', `the object folder cannot be written (${code})`, { cause: error });
    case undefined:
      return internal('the object folder failed', error);
    default:
      return unavailable(`the object folder failed (${code})`, { cause: error });
  }
}
