import { AffinityError } from '../errors';

/** A signal with a deadline, and the way to let go of it. */
export interface DeadlineSignal {
  /** Aborts with DEADLINE_EXCEEDED, or with the reason of the parent, whichever comes first. */
  readonly signal: AbortSignal;
  /** Ends the timer and leaves the parent. Call it when the work is done: a long-lived parent would keep both alive. */
  readonly release: () => void;
}

/** A signal that aborts after `timeoutMs` milliseconds or with its parent. */
export function deadlineSignal(timeoutMs: number, parent?: AbortSignal): DeadlineSignal {
  const controller = new AbortController();
  const onParentAbort = () => controller.abort(parent?.reason);
  const onTimeout = () =>
    controller.abort(new AffinityError('DEADLINE_EXCEEDED', `deadline of ${timeoutMs} ms exceeded`));
  const timer = setTimeout(onTimeout, timeoutMs);
  parent?.addEventListener('abort', onParentAbort, { once: true });
  const release = () => {
    clearTimeout(timer);
    parent?.removeEventListener('abort', onParentAbort);
  };
  if (parent?.aborted === true) onParentAbort();
  controller.signal.addEventListener('abort', release, { once: true });
  if (controller.signal.aborted) release();
  return { signal: controller.signal, release };
}
