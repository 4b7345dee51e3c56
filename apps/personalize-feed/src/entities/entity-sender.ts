import { type Entity, type EntityWriter, personalizeLimits } from '@affinity/personalize';
import { type AffinityError, fromUnknown, retry, type TokenBucket } from '@affinity/service-kit';
import type { EntityMeter } from './entity-meter';
import type { EntitySource } from './entity-source';

/** What entities are sent with. */
export interface EntitySenderOptions {
  readonly source: EntitySource;
  readonly writer: EntityWriter;
  /** Calls a second. */
  readonly quota: Pick<TokenBucket, 'take'>;
  readonly meter: EntityMeter;
  /** Milliseconds from reading an entity to its being taken, beyond which somebody else may have sent a newer state. */
  readonly staleAfterMs: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** An entity that Personalize does not take, and why. */
export interface Refusal {
  readonly id: string;
  readonly reason: string;
}

/**
 * Sends what items or users are like now.
 *
 * E1. Each attempt reads the entities anew, so that what arrives is as new as the attempt, and ends with a state that was
 *     stored at its beginning or later.
 * E2. What is refused as invalid is found out one by one, and told; everything else is repeated until it works.
 * E3. An attempt that took so long that another replica may have taken over and sent a newer state is repeated.
 */
export class EntitySender {
  constructor(private readonly options: EntitySenderOptions) {}

  /** Resolves with what was refused, once each entity is taken, refused or gone. Rejects only when the signal aborts. */
  async send(ids: readonly string[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const unique = [...new Set(ids)];
    const perCall = personalizeLimits.entitiesPerCall;
    const refusals: Refusal[] = [];
    for (let at = 0; at < unique.length; at += perCall) {
      refusals.push(...(await this.sendCall(unique.slice(at, at + perCall), signal)));
    }
    return refusals;
  }

  private async sendCall(ids: readonly string[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const attempt = (): Promise<AffinityError | undefined> => this.attempt(ids, signal);
    const isRetryable = (): boolean => !signal.aborted;
    const error = await retry(attempt, {
      attempts: Infinity,
      baseDelayMs: 100,
      maxDelayMs: 5_000,
      signal,
      isRetryable,
    });
    if (error === undefined) return [];
    const [id, ...others] = ids;
    if (id !== undefined && others.length === 0) return [this.refused(id, error)];
    const refusals: Refusal[] = [];
    for (const one of ids) refusals.push(...(await this.sendCall([one], signal))); // E2
    return refusals;
  }

  private refused(id: string, error: AffinityError): Refusal {
    const { source, meter } = this.options;
    meter.ended(source.kind, 'refused', 1);
    return { id, reason: error.message };
  }

  /** The refusal, or undefined when all were taken. */
  private async attempt(ids: readonly string[], signal: AbortSignal): Promise<AffinityError | undefined> {
    const { source, quota, meter, nowMs, staleAfterMs } = this.options;
    for (;;) {
      await quota.take(1, signal);
      const readAtMs = nowMs();
      const entities = await source.current(ids); // E1
      const refusal = entities.length === 0 ? undefined : await this.put(entities, signal);
      if (refusal !== undefined) return refusal;
      if (nowMs() - readAtMs >= staleAfterMs) continue; // E3
      meter.ended(source.kind, 'sent', entities.length);
      meter.ended(source.kind, 'gone', ids.length - entities.length);
      return undefined;
    }
  }

  private async put(entities: readonly Entity[], signal: AbortSignal): Promise<AffinityError | undefined> {
    const { source, writer, meter } = this.options;
    const failure = await writer.put(entities, signal).then(
      () => undefined,
      (error: unknown) => fromUnknown(error),
    );
    meter.called(source.kind, failure);
    if (failure === undefined || failure.code === 'INVALID_ARGUMENT') return failure;
    throw failure;
  }
}
