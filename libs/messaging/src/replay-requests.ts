import { headers, RequestError, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { replaySubject, retryAfterHeader } from '@affinity/contracts';
import { AffinityError, fromUnknown, resourceExhausted, unavailable } from '@affinity/service-kit';

/** Whose dead letters. */
export interface LetterReader {
  /** Which reader gave them up. */
  readonly reader: string;
  readonly partition: number;
}

/** A dead letter that its reader is asked to try again. */
export interface ReplayRequest {
  readonly data: Uint8Array;
  /** It has worked, or was refused again for this reason. */
  answer(refusal: string | undefined): void;
}

/** Where a reader takes back dead letters that are no messages of the stream. */
export interface ReplayRequests {
  /** The oldest request that waits; undefined when none does. */
  next(): ReplayRequest | undefined;
  /** Resolves when a request waits or this many milliseconds have passed. Rejects when the signal aborts. */
  arrival(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Takes no more; those that wait are not answered, and their letters stay. */
  close(): void;
}

/** The reader may be sending other things first. */
const answerTimeoutMs = 60_000;
const retryAfterMs = 1_000;

/** Begins to take dead letters back. No more than `maxWaiting` requests wait; who asks beyond that is put off. */
export function openReplayRequests(
  connection: NatsConnection,
  { reader, partition, maxWaiting }: LetterReader & { readonly maxWaiting: number },
): ReplayRequests {
  const waiting: Msg[] = [];
  let wake: () => void = () => undefined;
  const subscription = connection.subscribe(replaySubject(reader, partition), {
    callback: (error, message) => {
      if (error !== null) return;
      if (waiting.length >= maxWaiting) {
        putOff(message);
        return;
      }
      waiting.push(message);
      wake();
    },
  });
  return {
    next: () => {
      const message = waiting.shift();
      return message && { data: message.data, answer: (refusal = '') => void message.respond(refusal) };
    },
    arrival: (timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          wake = () => undefined;
          settle();
        };
        const onAbort = (): void => end(() => reject(fromUnknown(signal.reason)));
        const timer = setTimeout(() => end(resolve), timeoutMs);
        wake = () => end(resolve);
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) onAbort();
        else if (waiting.length > 0) wake();
      }),
    close: () => subscription.unsubscribe(),
  };
}

function putOff(message: Msg): void {
  const busy = headers();
  busy.set(retryAfterHeader, String(retryAfterMs));
  message.respond('', { headers: busy });
}

/**
 * Asks the reader of a dead letter to try it again, and resolves once that has worked.
 * @throws AffinityError FAILED_PRECONDITION when it is refused again, RESOURCE_EXHAUSTED when too many wait, UNAVAILABLE when
 *   nobody answers: trying again is safe
 */
export async function requestReplay(
  connection: NatsConnection,
  { number, data, reader, partition }: LetterReader & { readonly number: number; readonly data: Uint8Array },
): Promise<void> {
  const answer = await connection
    .request(replaySubject(reader, partition), data, { timeout: answerTimeoutMs })
    .catch((error: unknown) => {
      const isNobodyThere = error instanceof RequestError && error.isNoResponders();
      const why = isNobodyThere ? `no ${reader} is running` : `${reader} did not answer in time`;
      throw unavailable(`dead letter ${number} could not be replayed: ${why}`, { cause: fromUnknown(error) });
    });
  const waitMs = answer.headers?.get(retryAfterHeader) ?? '';
  if (waitMs !== '') throw resourceExhausted(`${reader} has too many dead letters to replay`, Number(waitMs));
  const refusal = answer.string();
  if (refusal === '') return;
  throw new AffinityError('FAILED_PRECONDITION', `dead letter ${number} was refused again: ${refusal}`);
}
