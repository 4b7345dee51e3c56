import type { EventSequence, ModelEvent } from '@affinity/domain';

/** One interaction, imported or put. */
export interface LoggedInteraction {
  readonly userId?: string;
  readonly sessionId: string;
  readonly itemId?: string;
  readonly eventType: string;
  readonly eventValue?: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** The import that brought it; 0 for events that were put. */
  readonly importNumber: number;
}

/** Which interactions a solution trains on. */
export interface InteractionSelection {
  readonly eventType?: string | undefined;
  /** The least event value that counts. */
  readonly eventValueThreshold?: number | undefined;
}

/** Share of the interactions that goes at once when there are too many. */
const droppedShare = 1 / 16;

/** The interactions of a dataset group, in the order in which they came; the oldest come first and go first. */
export class InteractionLog {
  private interactions: LoggedInteraction[] = [];
  private readonly complete = new Set([0]);

  constructor(private readonly maxInteractions: number) {}

  get size(): number {
    return this.interactions.length;
  }

  add(interaction: LoggedInteraction): void {
    this.interactions.push(interaction);
    if (this.interactions.length <= this.maxInteractions) return;
    const dropped = Math.max(1, Math.floor(this.maxInteractions * droppedShare));
    this.interactions = this.interactions.slice(dropped);
  }

  /** From now on what an import brought counts. */
  completeImport(importNumber: number): void {
    this.complete.add(importNumber);
  }

  /** The imports that count, for a dump. */
  get completeImports(): readonly number[] {
    return [...this.complete];
  }

  /** Drops all that imports other than this one brought. */
  replaceImports(importNumber: number): void {
    this.interactions = this.interactions.filter((one) => one.importNumber === 0 || one.importNumber === importNumber);
  }

  /** Drops what an import brought. */
  dropImport(importNumber: number): void {
    this.interactions = this.interactions.filter((one) => one.importNumber !== importNumber);
  }

  /** Drops what a user did; returns how many interactions. */
  dropUser(userId: string): number {
    const before = this.interactions.length;
    this.interactions = this.interactions.filter((one) => one.userId !== userId);
    return before - this.interactions.length;
  }

  /** The interactions of a selection in the order of time, those of imports that are not complete left out. */
  select({ eventType, eventValueThreshold }: InteractionSelection = {}): EventSequence {
    const chosen = this.interactions.filter(
      (one) =>
        this.complete.has(one.importNumber) &&
        (eventType === undefined || one.eventType.toLowerCase() === eventType.toLowerCase()) &&
        (eventValueThreshold === undefined || (one.eventValue ?? Number.NEGATIVE_INFINITY) >= eventValueThreshold),
    );
    chosen.sort((left, right) => left.atMs - right.atMs);
    return { length: chosen.length, at: (i) => modelEvent(chosen[i]) };
  }

  /** All interactions, in batches for a snapshot. */
  *batches(size: number): Iterable<readonly LoggedInteraction[]> {
    for (let i = 0; i < this.interactions.length; i += size) yield this.interactions.slice(i, i + size);
  }
}

function modelEvent(interaction: LoggedInteraction | undefined): ModelEvent | undefined {
  if (interaction === undefined) return undefined;
  const { userId, sessionId, itemId, atMs } = interaction;
  return { sessionId, atMs, ...(userId === undefined ? {} : { userId }), ...(itemId === undefined ? {} : { itemId }) };
}
