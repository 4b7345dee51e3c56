import type { Day, Schema } from '@affinity/domain';

/** Days that a tile outlives the retention and lateness, so that no clock difference removes one that is still read. */
const graceDays = 7;
const secondsPerDay = 86_400;

/**
 * When a tile may be removed, in epoch seconds.
 * @param lastDay its day, or the day on which its last event was received if that is later
 */
export function tileExpiryS(
  lastDay: Day,
  { retentionDays, allowedLatenessMs }: Pick<Schema, 'retentionDays' | 'allowedLatenessMs'>,
): number {
  const latenessDays = Math.ceil(allowedLatenessMs / 1_000 / secondsPerDay);
  return (lastDay + retentionDays + latenessDays + graceDays) * secondsPerDay;
}
