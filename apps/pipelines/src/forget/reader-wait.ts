import type { Mark } from '@affinity/domain';
import type { ReaderProgress } from '@affinity/profile-storage';
import { unavailable, type Clock } from '@affinity/service-kit';

/** Which readers, and how long. */
export interface ReaderWaitOptions {
  /** How far all readers of the partition have come. */
  readonly progress: () => Promise<readonly ReaderProgress[]>;
  /** The message that all must have read and stored. */
  readonly position: Mark;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: (line: string) => void;
}

const pollMs = 500;

/**
 * Resolves once every reader has stored a checkpoint at or after a position: a reader that starts again from an earlier one would
 * miss what is removed before it. Throws UNAVAILABLE, naming the readers that are behind, when that takes too long.
 */
export async function waitForReaders(options: ReaderWaitOptions): Promise<void> {
  const { progress, position, timeoutMs, clock, report } = options;
  const untilMs = clock.now() + timeoutMs;
  let reported = '';
  for (;;) {
    const behind = (await progress()).filter((reader) => !isPast(reader, position)).map(({ reader }) => reader);
    if (behind.length === 0) return;
    const names = behind.sort().join(', ');
    if (names !== reported) report(`waiting for ${names}`);
    reported = names;
    if (clock.now() >= untilMs)
      throw unavailable(
        `${names} did not come as far as the erasure within ${timeoutMs} ms: run the command again later`,
      );
    await clock.sleep(pollMs);
  }
}

function isPast({ checkpoint }: ReaderProgress, { sequence, timestampNs }: Mark): boolean {
  return checkpoint !== undefined && checkpoint.sequence >= sequence && checkpoint.timestampNs >= timestampNs;
}
