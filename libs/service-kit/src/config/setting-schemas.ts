import { z } from 'zod';

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): z.ZodType<number, string> {
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d+$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected));
}

/** A decimal number from `min` to `max`, both included. */
export function decimal(min: number, max: number): z.ZodType<number, string> {
  const expected = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected));
}

/** A TCP port; 0 asks the system for a free one. */
export function port(): z.ZodType<number, string> {
  return integer(0, 65_535);
}

/** `true` or `false`. */
export function flag(): z.ZodType<boolean, string> {
  return z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
}

/** Text of at most `maxLength` characters, 1,024 unless told. */
export function text(maxLength = 1024): z.ZodType<string, string> {
  return z.string().max(maxLength, `must have at most ${maxLength} characters`);
}

/** One of the given words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T): z.ZodType<T[number], string> {
  return z.enum(words, `must be one of ${words.join(', ')}`);
}

/** A URL with one of these schemes and without user name and password, which belong in a secret file. */
export function url(...schemes: readonly string[]): z.ZodType<string, string> {
  return z.string().superRefine((candidate, context) => {
    const problem = urlProblem(candidate, schemes);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

function urlProblem(candidate: string, schemes: readonly string[]): string | undefined {
  if (!URL.canParse(candidate)) return `must be a URL (${schemes.join(', ')})`;
  const parsed = new URL(candidate);
  if (!schemes.includes(parsed.protocol.slice(0, -1))) return `must be a URL with scheme ${schemes.join(' or ')}`;
  return parsed.username || parsed.password ? 'must not hold a user name or password; use a secret file' : undefined;
}

/** Values separated by commas, at least one, each of the given kind; spaces around them are ignored. */
export function commaList<T>(element: z.ZodType<T, string>): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((line) => line.split(',').map((part) => part.trim()))
    .pipe(z.array(element));
}
