const millisecondsPerDay = 86_400_000;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** A UTC day, as days since 1970-01-01. */
export type Day = number;

/** The UTC day of an instant in epoch milliseconds. */
export function dayOf(instantMs: number): Day {
  return Math.floor(instantMs / millisecondsPerDay);
}

/** The first millisecond of a day, in epoch milliseconds. */
export function startOfDay(day: Day): number {
  return day * millisecondsPerDay;
}

/** A day as YYYY-MM-DD. */
export function formatDay(day: Day): string {
  return new Date(startOfDay(day)).toISOString().slice(0, 10);
}

/** The day that YYYY-MM-DD names; undefined when it names none, such as 2026-02-30. */
export function parseDay(text: string): Day | undefined {
  if (!dayPattern.test(text)) return undefined;
  const instantMs = Date.parse(`${text}T00:00:00.000Z`);
  if (Number.isNaN(instantMs)) return undefined;
  const day = dayOf(instantMs);
  return formatDay(day) === text ? day : undefined;
}

/** Days from the first to the last, both included. */
export interface DaySpan {
  readonly first: Day;
  readonly last: Day;
}

/** The last `days` days up to and including `today`. */
export function lastDays(days: number, today: Day): DaySpan {
  return { first: today - days + 1, last: today };
}

/** Whether a day lies in a span. */
export function spanHas(span: DaySpan, day: Day): boolean {
  return day >= span.first && day <= span.last;
}
