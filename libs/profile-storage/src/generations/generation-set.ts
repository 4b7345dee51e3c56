import type { Schema } from '@affinity/domain';
import { AffinityError, parseSchemaText } from '@affinity/service-kit';

/** A set of tiles of its own, made from the same events as the others. */
export interface Generation {
  /** Part of the key of each of its tiles; never used again. */
  readonly number: number;
  /** `replaying`: a rebuild fills it from the lake. `fed`: the stream's writers keep it up to date. `dropped`: it is being removed. */
  readonly state: 'replaying' | 'fed' | 'dropped';
  /** When another was served in its place, in epoch milliseconds; undefined while it serves, or if it never did. */
  readonly servedUntilMs?: number;
  /** What its rebuild was asked for; undefined for the first generation. */
  readonly origin?: GenerationOrigin;
}

/** What a rebuild was asked for. */
export interface GenerationOrigin {
  /** First and last day of events that were counted anew, YYYY-MM-DD. */
  readonly from: string;
  readonly to: string;
  /** The generation that the other days were copied from. */
  readonly copiedFrom: number;
  /** Whether the other days were copied, all of them. */
  readonly copied: boolean;
  /** Text of the schema by which it counts, where that is not the deployment's. */
  readonly schema?: string;
}

/**
 * All generations of a deployment.
 *
 * N1. The serving generation is one of the open ones and is fed.
 * N2. A number is given once: a number that was dropped never names other tiles.
 * N3. At most one generation is replaying.
 */
export interface GenerationSet {
  readonly serving: number;
  /** The one that served before, for going back. */
  readonly previous?: number;
  /** The number of the next one. */
  readonly next: number;
  readonly open: readonly Generation[];
}

/** Each one costs the writers as much as the first. */
const maxOpen = 4;

/** Before the first rebuild. */
export const firstGenerations: GenerationSet = { serving: 1, next: 2, open: [{ number: 1, state: 'fed' }] };

/** A generation by its number. Throws NOT_FOUND. */
export function generationOf(set: GenerationSet, number: number): Generation {
  const found = set.open.find((generation) => generation.number === number);
  if (found === undefined) throw new AffinityError('NOT_FOUND', `there is no generation ${number}`);
  return found;
}

/**
 * The schema by which a generation counts: its own, or the deployment's. Throws FAILED_PRECONDITION when its own cannot be read
 * by this version.
 */
export function schemaOfGeneration(set: GenerationSet, number: number, deployment: Schema): Schema {
  const text = generationOf(set, number).origin?.schema;
  if (text === undefined) return deployment;
  const parsed = parseSchemaText(text);
  if (parsed.kind === 'schema') return parsed.schema;
  const problems = parsed.problems.join('; ');
  throw new AffinityError('FAILED_PRECONDITION', `the schema of generation ${number} cannot be read: ${problems}`);
}

/** The name under which a generation's writers register and keep checkpoints. */
export function aggregatorReader(generation: number, region: string): string {
  return `profile-aggregator/${generation}/${region}`;
}

/**
 * Opens a generation that a rebuild fills (N2). Throws FAILED_PRECONDITION while another is being filled (N3), or when there are
 * four.
 */
export function openGeneration(set: GenerationSet, origin: GenerationOrigin): GenerationSet {
  const replaying = set.open.find(({ state }) => state === 'replaying');
  if (replaying !== undefined)
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `generation ${replaying.number} is being rebuilt from ${replaying.origin?.from} to ${replaying.origin?.to}: finish that or drop it`,
    );
  if (set.open.length >= maxOpen)
    throw new AffinityError('FAILED_PRECONDITION', `there are ${maxOpen} generations: drop one first`);
  const generation: Generation = { number: set.next, state: 'replaying', origin };
  return { ...set, next: set.next + 1, open: [...set.open, generation] };
}

/** Replaces a generation's facts. Throws NOT_FOUND. */
export function updateGeneration(
  set: GenerationSet,
  number: number,
  change: (generation: Generation) => Generation,
): GenerationSet {
  generationOf(set, number);
  return { ...set, open: set.open.map((known) => (known.number === number ? change(known) : known)) };
}

/** Serves another generation from an instant on. Throws NOT_FOUND, or FAILED_PRECONDITION unless it is fed (N1). */
export function serveGeneration(set: GenerationSet, number: number, atMs: number): GenerationSet {
  const { state } = generationOf(set, number);
  if (state !== 'fed')
    throw new AffinityError('FAILED_PRECONDITION', `generation ${number} is ${state}: only one that is fed can serve`);
  if (number === set.serving) return set;
  const left = updateGeneration(set, set.serving, (known) => ({ ...known, servedUntilMs: atMs }));
  const taken = updateGeneration(left, number, ({ state: fed, origin }) => ({
    number,
    state: fed,
    ...(origin === undefined ? {} : { origin }),
  }));
  return { ...taken, serving: number, previous: set.serving };
}

/** The generations that have served, but not since an instant: nobody will go back to them. */
export function outlivedGenerations({ open }: GenerationSet, sinceMs: number): readonly number[] {
  return open.filter(({ servedUntilMs = Infinity }) => servedUntilMs <= sinceMs).map(({ number }) => number);
}

/** Gives a generation up: nobody feeds it any more. Throws NOT_FOUND, or FAILED_PRECONDITION when it serves (N1). */
export function dropGeneration(set: GenerationSet, number: number): GenerationSet {
  if (number === set.serving)
    throw new AffinityError('FAILED_PRECONDITION', `generation ${number} is being served: switch to another first`);
  const { previous, ...others } = updateGeneration(set, number, (known) => ({ ...known, state: 'dropped' }));
  return { ...others, ...(previous === undefined || previous === number ? {} : { previous }) };
}

/** Takes a dropped generation off the list, once its tiles are gone. */
export function removeGeneration(set: GenerationSet, number: number): GenerationSet {
  return { ...set, open: set.open.filter((known) => known.number !== number || known.state !== 'dropped') };
}
