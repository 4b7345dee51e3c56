import type { Consumer, JsMsg } from '@nats-io/jetstream';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * How many messages the server still has for a consumer. Every message says so for free, as of its delivery; a reader that
 * cannot take more hears nothing, so the server is asked now and then as well.
 */
export class PendingCount {
  private answered = 0;
  /** Read only when somebody asks: most messages are never asked. */
  private lastDelivered: JsMsg | undefined;

  /** Messages that the server has not delivered, as of the last that was heard of it. */
  get messages(): number {
    return this.lastDelivered?.info.pending ?? this.answered;
  }

  /** A message came. */
  delivered(message: JsMsg): void {
    this.lastDelivered = message;
  }

  /** Asks the server again and again until the signal aborts. Never rejects: what fails is asked again. */
  async watch(consumer: Consumer, everyMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const info = await consumer.info().catch(() => undefined);
      if (info === undefined) continue;
      this.answered = info.num_pending;
      this.lastDelivered = undefined;
    }
  }
}
