import type { ControlState } from '@affinity/personalize';
import { AffinityError, fromUnknown, type Clock } from '@affinity/service-kit';

/** How long to wait for Personalize, and whom to tell. */
export interface Patience {
  readonly clock: Clock;
  /** Epoch milliseconds after which nothing is waited for any more. */
  readonly deadlineAt: number;
  readonly progress: (line: string) => void;
}

/** Something that becomes ready by itself once it was asked for. */
export interface Reachable<T> {
  /** For messages. */
  readonly what: string;
  readonly find: () => Promise<T | undefined>;
  /** Asks for it. ALREADY_EXISTS is no failure: an answer was lost, or another run asked. */
  readonly make: () => Promise<unknown>;
  /** Whether a quota that is used up frees itself, as that of jobs under way does. Default false. */
  readonly quotaPasses?: boolean;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;
const pauseGrowth = 1.5;

/**
 * Makes something unless it is there, and waits until it is ready. Throws FAILED_PRECONDITION with Personalize's reason when
 * it could not be made, DEADLINE_EXCEEDED when patience is at an end: it goes on being made, and the next run finds it.
 */
export async function reach<T extends { readonly state: ControlState; readonly failureReason?: string }>(
  { what, find, make, quotaPasses = false }: Reachable<T>,
  patience: Patience,
): Promise<T> {
  let asked = false;
  return waitFor(what, patience, async () => {
    const found = await find();
    if (found === undefined && !asked) asked = await ask(what, { make, quotaPasses, progress: patience.progress });
    if (found?.state === 'failed')
      throw new AffinityError('FAILED_PRECONDITION', `${what} failed: ${found.failureReason ?? 'no reason was given'}`);
    return found?.state === 'ready' ? found : undefined;
  });
}

/** Looks again and again, less and less often, until there is something. Throws DEADLINE_EXCEEDED. */
export async function waitFor<T>(
  what: string,
  { clock, deadlineAt, progress }: Patience,
  look: () => Promise<T | undefined>,
): Promise<T> {
  let pauseMs = firstPauseMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.now() >= deadlineAt)
      throw new AffinityError(
        'DEADLINE_EXCEEDED',
        `${what} takes longer: run the command again, it goes on from there`,
      );
    if (pauseMs === firstPauseMs) progress(`waiting for ${what}`);
    await clock.sleep(pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * pauseGrowth);
  }
}

async function ask(
  what: string,
  {
    make,
    quotaPasses,
    progress,
  }: Required<Pick<Reachable<unknown>, 'make' | 'quotaPasses'>> & Pick<Patience, 'progress'>,
): Promise<boolean> {
  try {
    await make();
    progress(`${what}: begun`);
  } catch (thrown) {
    const error = fromUnknown(thrown);
    if (error.code === 'RESOURCE_EXHAUSTED' && quotaPasses) {
      progress(`${what}: ${error.message}`);
      return false;
    }
    if (error.code !== 'ALREADY_EXISTS') throw error;
  }
  return true;
}
