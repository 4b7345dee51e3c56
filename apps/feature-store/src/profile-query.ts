import {
  decodeReadToken,
  Freshness,
  type ProfileQuery,
  type ProfileRef,
  type ReadOptions,
  type ReadToken,
} from '@affinity/contracts';
import {
  collidesWithSessionKeys,
  lastDays,
  noDecay,
  parseDay,
  profileKeyOf,
  type Day,
  type DaySpan,
  type Decay,
  type FoldQuery,
  type Schema,
} from '@affinity/domain';
import { invalidArgument, type FieldViolation } from '@affinity/service-kit';

/** A question about one profile, checked. */
export interface ProfileQuestion {
  readonly profileKey: string;
  /** The fold, once the day that counts as today is known. */
  readonly foldFor: (today: Day) => FoldQuery;
  readonly token: ReadToken;
  readonly requireCurrent: boolean;
}

/** The parts that questions share. */
export interface AskedProfile {
  readonly profile?: ProfileRef | undefined;
  readonly query?: ProfileQuery | undefined;
  readonly options?: ReadOptions | undefined;
}

const maxIdLength = 256;
const maxDays = 3_650;

/** Checks a question. Throws INVALID_ARGUMENT that names every field that breaks a rule. */
export function parseQuestion(asked: AskedProfile, schema: Schema): ProfileQuestion {
  const problems = new Problems();
  const profileKey = parseRef(asked.profile, problems);
  const span = parseRange(asked.query, schema, problems);
  const decay = parseDecay(asked.query?.decay?.kind, problems);
  const dimensions = parseDimensions(asked.query?.dimensions ?? [], schema, problems);
  const token = decodeReadToken(asked.options?.readToken ?? '');
  if (token === undefined) problems.add('options.read_token', 'is not a token of IngestService');
  problems.throwIfAny();
  return {
    profileKey,
    token: token ?? new Map(),
    requireCurrent: asked.options?.freshness === Freshness.REQUIRE_CURRENT,
    foldFor: (today) => ({ span: span(today), decay, ...(dimensions === undefined ? {} : { dimensions }) }),
  };
}

/** Violations found so far. */
export class Problems {
  private readonly violations: FieldViolation[] = [];

  /** Notes that a field breaks a rule. */
  add(field: string, description: string): void {
    this.violations.push({ field, description });
  }

  /** Throws INVALID_ARGUMENT when any was noted. */
  throwIfAny(): void {
    if (this.violations.length > 0) throw invalidArgument(this.violations);
  }
}

function parseRef(ref: ProfileRef | undefined, problems: Problems): string {
  if (ref?.key === undefined) {
    problems.add('profile', 'needs a user_id or a session_id');
    return '';
  }
  const isUser = ref.key.$case === 'userId';
  const field = isUser ? 'profile.user_id' : 'profile.session_id';
  checkId(field, ref.key.value, problems);
  if (isUser && collidesWithSessionKeys(ref.key.value)) problems.add(field, 'must not begin with "session:"');
  return profileKeyOf(isUser ? { userId: ref.key.value } : { sessionId: ref.key.value }) ?? '';
}

/** Notes when an id is empty or too long. */
export function checkId(field: string, id: string, problems: Problems): void {
  if (id === '') problems.add(field, 'must not be empty');
  if (id.length > maxIdLength) problems.add(field, `must be at most ${maxIdLength} characters, has ${id.length}`);
}

function parseRange(query: ProfileQuery | undefined, schema: Schema, problems: Problems): (today: Day) => DaySpan {
  const range = query?.range?.range;
  if (range === undefined) return (today) => lastDays(schema.retentionDays, today);
  if (range.$case === 'lastDays') {
    const days = range.value;
    if (days < 1 || days > maxDays) problems.add('query.range.last_days', `must be from 1 to ${maxDays}, is ${days}`);
    return (today) => lastDays(days, today);
  }
  const first = parseDayField('query.range.days.first_day', range.value.firstDay, problems);
  const last = parseDayField('query.range.days.last_day', range.value.lastDay, problems);
  if (last < first) problems.add('query.range.days.last_day', 'must not be before first_day');
  return () => ({ first, last });
}

function parseDayField(field: string, text: string, problems: Problems): Day {
  const day = parseDay(text);
  if (day === undefined) problems.add(field, `must be a day as YYYY-MM-DD, is "${text.slice(0, 32)}"`);
  return day ?? 0;
}

type AskedDecay = NonNullable<NonNullable<ProfileQuery['decay']>['kind']>;

function parseDecay(asked: AskedDecay | undefined, problems: Problems): Decay {
  switch (asked?.$case) {
    case undefined:
      return noDecay;
    case 'exponential':
      checkPositive('query.decay.exponential.half_life_days', asked.value.halfLifeDays, problems);
      return { kind: 'exponential', halfLifeDays: asked.value.halfLifeDays };
    case 'linear':
      checkPositive('query.decay.linear.window_days', asked.value.windowDays, problems);
      return { kind: 'linear', windowDays: asked.value.windowDays };
    case 'step':
      checkSteps(asked.value.steps, problems);
      return { kind: 'step', steps: asked.value.steps };
  }
}

function checkPositive(field: string, value: number, problems: Problems): void {
  if (!(value > 0 && Number.isFinite(value))) problems.add(field, `must be greater than 0, is ${value}`);
}

function checkSteps(
  steps: readonly { readonly maxAgeDays: number; readonly weight: number }[],
  problems: Problems,
): void {
  const field = 'query.decay.step.steps';
  if (steps.length < 1 || steps.length > 64) problems.add(field, `must have 1 to 64 entries, has ${steps.length}`);
  steps.forEach(({ maxAgeDays, weight }, i) => {
    const before = steps[i - 1];
    if (before !== undefined && maxAgeDays <= before.maxAgeDays)
      problems.add(`${field}[${i}].max_age_days`, 'must rise');
    if (!(weight >= 0 && Number.isFinite(weight)))
      problems.add(`${field}[${i}].weight`, `must be 0 or more, is ${weight}`);
  });
}

function parseDimensions(
  names: readonly string[],
  schema: Schema,
  problems: Problems,
): ReadonlySet<string> | undefined {
  if (names.length === 0) return undefined;
  const known = new Set(schema.dimensions.map(({ name }) => name));
  names.forEach((name, i) => {
    if (!known.has(name))
      problems.add(`query.dimensions[${i}]`, `"${name.slice(0, 64)}" is not a dimension of the schema`);
  });
  return new Set(names);
}
