import { Kvm, type KV } from '@nats-io/kv';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** Which bucket, and how it is kept. */
export interface LeaseBucketOptions {
  readonly name: string;
  /** How long an entry lives without being renewed, in milliseconds. */
  readonly ttlMs: number;
  readonly replicas: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * A key-value bucket of entries that expire, listed and emptied by single requests. Listing the usual way takes a consumer,
 * and does not end when the last key expires meanwhile; deleting leaves a marker that a list would have to tell apart.
 */
export class LeaseBucket {
  private readonly subjectPrefix: string;

  private constructor(
    private readonly entries: KV,
    private readonly streams: JetStreamManager['streams'],
    private readonly stream: string,
    bucket: string,
  ) {
    this.subjectPrefix = `$KV.${bucket}.`;
  }

  /** Makes the bucket unless there is one. */
  static async open(connection: NatsConnection, options: LeaseBucketOptions): Promise<LeaseBucket> {
    const { name, ttlMs, replicas, timeoutMs: timeout } = options;
    const buckets = new Kvm(jetstream(connection, { timeout }));
    const entries = await buckets.create(name, { ttl: ttlMs, replicas, history: 1 });
    const { streams } = await jetstreamManager(connection, { timeout });
    const { streamInfo } = await entries.status();
    return new LeaseBucket(entries, streams, streamInfo.config.name, name);
  }

  /** The keys of all entries that are there now. */
  async keys(): Promise<readonly string[]> {
    const { state } = await this.streams.info(this.stream, { subjects_filter: `${this.subjectPrefix}>` });
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(this.subjectPrefix.length));
  }

  /** Makes an entry; its revision, or undefined when there is one already. */
  create(key: string, value: string): Promise<number | undefined> {
    return this.entries.create(key, value).catch(undefinedOnConflict);
  }

  /** Renews an entry of a known revision; its new one, or undefined when it is another's or gone. */
  update(key: string, value: string, revision: number): Promise<number | undefined> {
    return this.entries.update(key, value, revision).catch(undefinedOnConflict);
  }

  /** Makes or renews an entry, whoever's it was; its revision. */
  put(key: string, value: string): Promise<number> {
    return this.entries.put(key, value);
  }

  /** Removes an entry, if it still has this revision. */
  async remove(key: string, revision: number): Promise<void> {
    await this.streams.purge(this.stream, { filter: this.subjectPrefix + key, seq: revision + 1 });
  }
}

/** The server's answer to a compare-and-set whose expectation does not hold. */
const wrongLastSequence = 10_071;

function undefinedOnConflict(error: unknown): undefined {
  if (isConflict(error)) return undefined;
  throw error;
}

function isConflict(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && error.code === wrongLastSequence) return true;
  return error instanceof Error && /wrong last sequence|key exists/i.test(error.message);
}
