import { type AffinityError, type Clock, retry } from '@affinity/service-kit';
import { personalizeFailure } from '../errors';

/** How long calls of the control plane are repeated for: long enough for throttling, and for a parent that just changes. */
const attempts = 9;
const baseDelayMs = 250;
const maxDelayMs = 20_000;

/** Whether a call that could not be done now can be done by waiting a little. */
export type IsPassing = (error: AffinityError) => boolean;

/** Throttled, failed, unanswered: every call may be made twice, since what it makes has a name. */
export function isTransient(error: AffinityError): boolean {
  return error.retryable || error.code === 'DEADLINE_EXCEEDED';
}

/** Besides, something that the call depends on is between two states (ResourceInUse). */
export function isTransientOrBusy(error: AffinityError): boolean {
  return isTransient(error) || error.code === 'ABORTED';
}

/** What calls are made with. */
export interface ControlCallOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes a call of the control plane, again after a pause when it may pass. Throws AffinityError. */
export function controlCall<T>(
  send: (signal: AbortSignal) => Promise<T>,
  isRetryable: IsPassing,
  { clock, signal }: ControlCallOptions,
): Promise<T> {
  const once = async (): Promise<T> => {
    try {
      return await send(signal);
    } catch (error) {
      throw personalizeFailure(error, signal);
    }
  };
  return retry(once, { attempts, baseDelayMs, maxDelayMs, isRetryable, signal, clock });
}
