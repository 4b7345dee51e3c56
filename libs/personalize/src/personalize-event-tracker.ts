import { PersonalizeEventsClient, PutEventsCommand, type Event } from '@aws-sdk/client-personalize-events';
import { invalidArgument } from '@affinity/service-kit';
import { batchViolations } from './batch-violations';
import { clientOptions } from './client-options';
import { personalizeFailure } from './errors';
import type { EventBatch, EventTracker, TrackedEvent } from './event-tracker';
import type { PersonalizeConfig } from './personalize-settings';

/** Sends events to an event tracker of Amazon Personalize, or of anything that speaks its protocol. */
export class PersonalizeEventTracker implements EventTracker {
  private readonly client: PersonalizeEventsClient;

  constructor(
    config: PersonalizeConfig,
    private readonly trackingId: string,
  ) {
    this.client = new PersonalizeEventsClient(clientOptions(config));
  }

  /** See EventTracker. Breaks of Personalize's limits are refused before anything is sent. */
  async track(batch: EventBatch, signal: AbortSignal): Promise<void> {
    const violations = batchViolations(batch);
    if (violations.length > 0) throw invalidArgument(violations);
    const { userId, sessionId, events } = batch;
    const command = new PutEventsCommand({
      trackingId: this.trackingId,
      sessionId,
      eventList: events.map(toWireEvent),
      ...(userId === undefined ? {} : { userId }),
    });
    try {
      await this.client.send(command, { abortSignal: signal });
    } catch (error) {
      throw personalizeFailure(error, signal);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }
}

function toWireEvent({ impression, ...event }: TrackedEvent): Event {
  return impression === undefined ? event : { ...event, impression: [...impression] };
}
