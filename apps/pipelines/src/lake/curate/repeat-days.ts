import type { Schema } from '@affinity/domain';

/** Days that a repeat is looked for in at most, whatever lateness the schema allows: each costs a read of its ids. */
export const maxRepeatDays = 31;

const millisecondsPerDay = 86_400_000;

/** Days before a day in which its events may have come already: a repeat has the same time of happening as the event. */
export function repeatDaysOf({ allowedLatenessMs, allowedSkewMs }: Schema): number {
  return Math.min(maxRepeatDays, Math.ceil((allowedLatenessMs + allowedSkewMs) / millisecondsPerDay));
}
