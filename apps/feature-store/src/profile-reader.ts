import {
  dayOf,
  partitionOf,
  ProfileIndex,
  type Day,
  type FoldedProfile,
  type FoldQuery,
  type Mark,
  type Schema,
} from '@affinity/domain';
import type { CacheableTile } from '@affinity/hot-cache';
import { encodeProfileField, type TokenPosition } from '@affinity/contracts';
import { deadlineSignal, type CallContext } from '@affinity/service-kit';
import type { Population } from './population';
import type { ProfileSource } from './profile-source';
import { newestMark } from './tile-order';
import type { ReadMeter } from './read-meter';
import type { AnswerMemory, EncodedProfile } from './answer-memory';
import { profileMessage, type AnswerOrigin } from './profile-answers';
import { parseQuestion, type AskedProfile, type ProfileQuestion } from './profile-query';
import type { Watermarks } from './watermarks';

/** What answers are made from. */
export interface ProfileReaderOptions {
  readonly source: ProfileSource;
  readonly population: Population;
  readonly watermarks: Watermarks;
  readonly answers: AnswerMemory;
  readonly schema: Schema;
  readonly partitions: number;
  readonly meter: ReadMeter;
  readonly nowMs?: () => number;
}

/** A folded profile and how it came about. */
export interface ReadProfile {
  readonly folded: FoldedProfile;
  readonly origin: AnswerOrigin;
}

/** A profile's tiles, the day that counts as today, and how they were come by. */
export interface ReadTiles {
  readonly tiles: readonly CacheableTile[];
  readonly today: Day;
  readonly origin: AnswerOrigin;
}

/** What a read needs to know of its call. */
export type ReadContext = Pick<CallContext, 'deadlineAt' | 'signal'>;

/** Part of a call's time that is kept for reading and answering after the wait for a token. */
const reserveMs = 50;
/** Longest wait for a token on a stream without a deadline, in milliseconds. */
const longestWaitMs = 5_000;

/** Answers questions about profiles. */
export class ProfileReader {
  private readonly nowMs: () => number;
  /** Gone with the tiles. */
  private readonly known = new WeakMap<readonly CacheableTile[], KnownTiles>();

  constructor(private readonly options: ProfileReaderOptions) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  /** The key of the profile that is asked for. Throws INVALID_ARGUMENT. */
  profileKeyOf(asked: AskedProfile): string {
    return parseQuestion(asked, this.options.schema).profileKey;
  }

  /** Reads and folds one profile. Throws INVALID_ARGUMENT, or UNAVAILABLE where the newest state was required. */
  async read(asked: AskedProfile, context: ReadContext): Promise<ReadProfile> {
    const question = parseQuestion(asked, this.options.schema);
    const { tiles, today, origin } = await this.answer(question, context);
    return { folded: this.knownOf(tiles).fold(question.foldFor(today)), origin };
  }

  /** Reads and folds one profile as answers carry it. Throws as `read` does. */
  async readEncoded(
    asked: AskedProfile,
    context: ReadContext,
  ): Promise<{ readonly encoded: EncodedProfile; readonly origin: AnswerOrigin }> {
    const question = parseQuestion(asked, this.options.schema);
    const { tiles, today, origin } = await this.answer(question, context);
    const query = question.foldFor(today);
    const encoded = this.options.answers.answer(tiles, query, () => {
      const folded = this.knownOf(tiles).fold(query);
      return { field: encodeProfileField(profileMessage(folded)), eventCount: folded.tile.eventCount };
    });
    return { encoded, origin };
  }

  /** Reads the tiles of one profile. Throws as `read` does. */
  async readTiles(asked: AskedProfile, context: ReadContext): Promise<ReadTiles> {
    return this.answer(parseQuestion(asked, this.options.schema), context);
  }

  private async answer(question: ProfileQuestion, context: ReadContext): Promise<ReadTiles> {
    const { profileKey, requireCurrent, token } = question;
    const position = token.get(partitionOf(profileKey, this.options.partitions));
    const covered = position === undefined || (await this.waitFor(profileKey, position, context));
    const covering = covered && position !== undefined ? { covering: position } : {};
    const { tiles, source, stale } = await this.options.source.find(profileKey, { requireCurrent, ...covering });
    const { newest, newestDay } = this.knownOf(tiles);
    return { tiles, today: this.today(newestDay), origin: { source, stale, newest, tokenCovered: covered } };
  }

  private knownOf(tiles: readonly CacheableTile[]): KnownTiles {
    let known = this.known.get(tiles);
    if (known === undefined) this.known.set(tiles, (known = new KnownTiles(tiles)));
    return known;
  }

  private async waitFor(profileKey: string, position: TokenPosition, context: ReadContext): Promise<boolean> {
    const { deadlineAt } = context;
    const leftMs = Number.isFinite(deadlineAt) ? deadlineAt - this.nowMs() - reserveMs : longestWaitMs;
    const wait = deadlineSignal(Math.max(0, leftMs), context.signal);
    const { watermarks, partitions, meter } = this.options;
    const startedAt = performance.now();
    try {
      const covered = await watermarks.waitFor(partitionOf(profileKey, partitions), position, wait.signal);
      meter.waitedForToken(covered, (performance.now() - startedAt) / 1_000);
      return covered;
    } finally {
      wait.release();
    }
  }

  /** Today by the schema's clock, and never before the user's own newest day: events may be a little ahead of the clock. */
  private today(newestDay: Day): Day {
    const { schema, population } = this.options;
    const clock = schema.clock === 'wall' ? dayOf(this.nowMs()) : (population.newestDay ?? Number.NEGATIVE_INFINITY);
    const today = Math.max(newestDay, clock);
    return Number.isFinite(today) ? today : dayOf(this.nowMs());
  }
}

/** What is worked out once of a profile's tiles, however often they are asked for. */
class KnownTiles {
  readonly newest: Mark;
  /** Minus infinity when there are no tiles. */
  readonly newestDay: Day;
  private index: ProfileIndex | undefined;

  constructor(private readonly tiles: readonly CacheableTile[]) {
    this.newest = newestMark(tiles);
    this.newestDay = tiles.reduce((newest, { day }) => Math.max(newest, day), Number.NEGATIVE_INFINITY);
  }

  fold(query: FoldQuery): FoldedProfile {
    this.index ??= new ProfileIndex(this.tiles);
    return this.index.fold(query);
  }
}
