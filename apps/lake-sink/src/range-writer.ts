import { sameMark, type Mark } from '@affinity/domain';
import {
  fromMetadata,
  toMetadata,
  upstreamKey,
  type ObjectStore,
  type ObjectToPut,
  type UpstreamShard,
} from '@affinity/lake';
import type { CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, unavailable } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SealedRange } from './pending-range';

/**
 * Stores ranges of a shard so that each message is in exactly one object, whatever crashes, hangs or overlaps.
 *
 * R1. A range begins with the first message of the shard after a *boundary*: the beginning of the stream, the last message
 *     of a stored object, or a later position that no message of the shard lies before. Checkpoints are boundaries.
 * R2. An object's key follows from the first message of its range alone, and the store lets one put of a key succeed. So
 *     after each boundary there is at most one object, and the objects form one chain without gap or overlap; where a
 *     range ends is decided by the put that succeeds.
 * R3. A writer whose key is taken lets go of its range and goes on after the range of the object that it met.
 * R4. The checkpoint moves to the end of an object only after that object is stored, conditionally on its last known
 *     version. It may lag: the writer that starts there meets the objects of the chain one after the other (R3).
 *
 * R1 needs the layout of the data set to be the same for all writers, and objects to stay (or be replaced under their own key
 * and metadata) for longer than any writer can hang.
 */
export interface RangeWriterOptions {
  readonly shard: UpstreamShard;
  readonly objects: ObjectStore;
  readonly checkpoints: CheckpointStore;
  /** Unique to this writer: the checkpoint's condition tells its own writes by it. */
  readonly writer: string;
}

/** A range ready to be stored. */
export interface RangeObject {
  readonly key: string;
  readonly object: ObjectToPut;
  readonly last: Mark;
  readonly count: number;
}

/** `stored`: the object covers exactly this range. `met`: another writer's object, with another end, has its key. */
export type RangeOutcome = 'stored' | 'met';

/** Another writer moved the checkpoint: start again from it. */
export class CheckpointMovedError extends AffinityError {
  constructor(shard: number) {
    super('ABORTED', `another writer moved the checkpoint of shard ${shard}`, { retryable: false });
  }
}

const compress = promisify(gzip);

/** See {@link RangeWriterOptions}. */
export class RangeWriter {
  private version = 0;

  constructor(private readonly options: RangeWriterOptions) {}

  /** The stored checkpoint; its version is remembered for R4. Undefined before the first. */
  async loadCheckpoint(): Promise<Mark | undefined> {
    const stored = await this.options.checkpoints.read(this.options.shard.shard);
    this.version = stored?.version ?? 0;
    return stored?.mark;
  }

  /** The object of a range. The compressed bytes hold no time or name, so that equal ranges make equal objects. */
  async encode({ first, last, count, body }: SealedRange): Promise<RangeObject> {
    const { shard } = this.options;
    const sha256 = createHash('sha256').update(body).digest('hex');
    const gzipped = shard.compression === 'gzip';
    const object = {
      body: gzipped ? await compress(body) : body,
      contentType: gzipped ? 'application/gzip' : 'application/x-ndjson',
      metadata: toMetadata({ first, last, count, sha256 }),
    };
    return { key: upstreamKey(shard, first), object, last, count };
  }

  /**
   * Stores a range, or finds who did, and moves the checkpoint behind it. Throws CheckpointMovedError as R4 says; when it
   * throws anything else, calling it again is safe and tells.
   */
  async store({ key, object, last }: RangeObject): Promise<RangeOutcome> {
    const outcome = await this.options.objects.putIfAbsent(key, object); // R2
    const end = outcome === 'stored' ? last : await this.endOf(key);
    await this.moveCheckpoint(end);
    // A put that was stored but not answered meets its own object here.
    return sameMark(end, last) ? 'stored' : 'met'; // R3
  }

  private async endOf(key: string): Promise<Mark> {
    const head = await this.options.objects.head(key);
    if (head === undefined) throw unavailable(`object ${key} was refused as existing, then not found`);
    return fromMetadata(key, head.metadata).last;
  }

  /** Moves the checkpoint to a boundary. Throws CheckpointMovedError as R4 says. */
  async moveCheckpoint(mark: Mark): Promise<void> {
    const { checkpoints, shard, writer } = this.options;
    const version = this.version + 1;
    const written = await checkpoints.write(shard.shard, { mark, version, writer }, this.version);
    if (!written) throw new CheckpointMovedError(shard.shard); // R4
    this.version = version;
  }
}
