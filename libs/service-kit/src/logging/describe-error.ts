import { AffinityError } from '../errors';

/** An error as it appears in a log line. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly fieldViolations?: readonly unknown[];
  readonly cause?: DescribedError;
}

const maxCauses = 5;

/**
 * What a log line says about a thrown value: type, message, stack, code and up to five causes. Nothing else is taken
 * along, because errors of drivers hold requests, and requests hold credentials and personal data.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(code === undefined ? {} : { code }),
    ...(error instanceof AffinityError && error.fieldViolations.length > 0
      ? { fieldViolations: error.fieldViolations }
      : {}),
    ...(error.cause === undefined || depth >= maxCauses ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
