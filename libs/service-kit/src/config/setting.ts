import { z } from 'zod';
import { Secret } from './secret';

/** What happens when a setting is not given. */
export type Presence =
  { readonly kind: 'required' } | { readonly kind: 'optional' } | { readonly kind: 'defaulted'; readonly text: string };

/** One setting of a service: where it comes from, what it means, how its text becomes a value. */
export interface Setting<T> {
  /** Name of the environment variable without the prefix, for example `GRPC_PORT`. File settings end in `_FILE`. */
  readonly env: string;
  /** One sentence for `--help`: meaning, unit, when to change it. */
  readonly doc: string;
  /** `value`: the variable holds the value. `file`: it holds the path of a file that holds the value. */
  readonly source: 'value' | 'file';
  readonly presence: Presence;
  readonly schema: z.ZodType<T, string>;
}

/** Settings by the name under which the code knows them. */
export type SettingShape = Readonly<Record<string, Setting<unknown>>>;

/** The validated values of a {@link SettingShape}. */
export type ConfigOf<S extends SettingShape> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** What every kind of setting is made from. */
export interface SettingOptions<T> {
  readonly env: string;
  readonly doc: string;
  readonly schema: z.ZodType<T, string>;
}

/** What a setting read from a file is made from. */
export interface FileSettingOptions {
  /** Name without the prefix, ending in `_FILE`. */
  readonly env: `${string}_FILE`;
  readonly doc: string;
}

/** A setting without which the service does not start. */
export function required<T>(options: SettingOptions<T>): Setting<T> {
  return { ...options, source: 'value', presence: { kind: 'required' } };
}

/** A setting that is `undefined` when it is not given. */
export function optional<T>(options: SettingOptions<T>): Setting<T | undefined> {
  return { ...options, source: 'value', presence: { kind: 'optional' } };
}

/** A setting with a default, written as one would write it in the environment and validated like any other value. */
export function defaulted<T>(options: SettingOptions<T> & { readonly default: string }): Setting<T> {
  const { default: text, ...rest } = options;
  return { ...rest, source: 'value', presence: { kind: 'defaulted', text } };
}

/** The contents of an optional file that is no secret, such as a certificate. */
export function textFile(options: FileSettingOptions): Setting<string | undefined> {
  return { ...options, source: 'file', presence: { kind: 'optional' }, schema: z.string().min(1, 'must not be empty') };
}

/** The contents of an optional secret file, without the line break at its end. */
export function secretFile(options: FileSettingOptions): Setting<Secret | undefined> {
  const schema = z
    .string()
    .min(1, 'must not be empty')
    .transform((text) => new Secret(text.trimEnd()));
  return { ...options, source: 'file', presence: { kind: 'optional' }, schema };
}
