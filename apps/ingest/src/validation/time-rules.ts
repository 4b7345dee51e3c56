import type { Schema } from '@affinity/domain';
import type { Violations } from './violations';

/** When an event happened and was received, in epoch milliseconds. */
export interface EventTimes {
  readonly occurredAt: Date | undefined;
  readonly receivedAtMs: number;
}

/** `occurred_at` must be there and be a time, not older than the schema's lateness nor further ahead than its skew. */
export function checkTimes(violations: Violations, { occurredAt, receivedAtMs }: EventTimes, schema: Schema): void {
  const occurredAtMs = occurredAt?.getTime();
  if (occurredAtMs === undefined) {
    violations.add('occurred_at', 'is required');
    return;
  }
  const ageMs = receivedAtMs - occurredAtMs;
  // Beyond what a Date can hold there is no age.
  if (Number.isNaN(ageMs)) violations.add('occurred_at', 'must be a time between the years -271821 and 275760');
  else if (ageMs > schema.allowedLatenessMs) {
    violations.add('occurred_at', `must be at most ${duration(schema.allowedLatenessMs)} old, is ${duration(ageMs)}`);
  } else if (-ageMs > schema.allowedSkewMs) {
    violations.add('occurred_at', `must be at most ${duration(schema.allowedSkewMs)} ahead, is ${duration(-ageMs)}`);
  }
}

/** A span of time in words, in the largest fitting unit. */
function duration(ms: number): string {
  if (ms >= 2 * 86_400_000) return `${Math.floor(ms / 86_400_000)} days`;
  if (ms >= 2 * 3_600_000) return `${Math.floor(ms / 3_600_000)} hours`;
  return `${Math.floor(ms / 1_000)} s`;
}
