import { createHash } from 'node:crypto';
import type { JournaledState } from './journal/journal';
import { EntityMetadata } from './model/entity-metadata';
import { EventIdWindow } from './model/event-id-window';
import type { ModelRecord, RecommenderModel } from './model/recommender-model';

/** What is recorded, and what all state follows from. */
export type RecommenderRecord = RecordedEvent | RecordedEntity;

/** An event as it was accepted. */
export interface RecordedEvent {
  readonly kind: 'event';
  readonly userId?: string;
  readonly sessionId: string;
  readonly eventId?: string;
  readonly eventType: string;
  readonly itemId?: string;
  /** Epoch milliseconds. */
  readonly sentAtMs: number;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  readonly eventValue?: number;
  readonly properties?: string;
  readonly recommendationId?: string;
  readonly impression?: readonly string[];
}

/** An item or a user as it was put. */
export interface RecordedEntity {
  readonly kind: 'item' | 'user';
  readonly id: string;
  readonly properties?: string;
}

/** Bounds of what is remembered besides the model. */
export interface RecommenderOptions {
  readonly model: RecommenderModel;
  readonly maxEventIds: number;
  /** Of items and of users, each. */
  readonly maxMetadataCharacters: number;
}

/** The model and what surrounds it, as state that a journal keeps. */
export class Recommender implements JournaledState<RecommenderRecord> {
  readonly items: EntityMetadata;
  readonly users: EntityMetadata;
  private readonly eventIds: EventIdWindow;
  private learned = 0;
  private repeated = 0;

  constructor(private readonly options: RecommenderOptions) {
    this.items = new EntityMetadata(options.maxMetadataCharacters);
    this.users = new EntityMetadata(options.maxMetadataCharacters);
    this.eventIds = new EventIdWindow(options.maxEventIds);
  }

  get model(): RecommenderModel {
    return this.options.model;
  }

  /** Events learned from, and repeats that were not, since the data folder was made. */
  get counts(): { readonly learned: number; readonly repeated: number } {
    return { learned: this.learned, repeated: this.repeated };
  }

  /** See JournaledState. */
  apply(record: RecommenderRecord): void {
    if (record.kind === 'event') {
      this.learn(record);
      return;
    }
    const entities = record.kind === 'item' ? this.items : this.users;
    if (record.properties !== undefined) entities.put(record.id, record.properties);
    if (record.kind === 'item') this.model.knowItem(record.id);
  }

  /** See JournaledState. */
  *dump(): Iterable<unknown> {
    yield ['model', this.model.layout, this.learned, this.repeated];
    for (const id of this.eventIds.values()) yield ['id', id];
    for (const entry of this.items.entries()) yield ['items', ...entry];
    for (const entry of this.users.entries()) yield ['users', ...entry];
    for (const record of this.model.dump()) yield ['state', record];
  }

  /** See JournaledState. @throws Error when the snapshot is of another model */
  restore(record: unknown): void {
    // Lines are our own and checked by their digest.
    const [kind, first, ...rest] = record as readonly [string, unknown, ...unknown[]];
    if (kind === 'model') this.restoreHead(first as string, rest as [number, number]);
    else if (kind === 'id') this.eventIds.add(first as string);
    else if (kind === 'items') this.items.put(first as string, rest[0] as string);
    else if (kind === 'users') this.users.put(first as string, rest[0] as string);
    else this.model.restore(first as ModelRecord);
  }

  private restoreHead(layout: string, [learned, repeated]: readonly [number, number]): void {
    if (layout !== this.model.layout)
      throw new Error(`the snapshot holds a model "${layout}", not "${this.model.layout}"`);
    this.learned = learned;
    this.repeated = repeated;
  }

  private learn(event: RecordedEvent): void {
    if (!this.eventIds.add(event.eventId ?? generatedId(event))) {
      this.repeated += 1;
      return;
    }
    this.learned += 1;
    const { userId, sessionId, itemId, sentAtMs, receivedAtMs } = event;
    this.model.learn({
      sessionId,
      // A wrong clock must not make everything before it look old.
      atMs: Math.min(sentAtMs, receivedAtMs),
      ...(userId === undefined ? {} : { userId }),
      ...(itemId === undefined ? {} : { itemId }),
    });
  }
}

/** Events without an id that agree in time, actor and content are one event, as in Personalize. */
function generatedId({
  userId,
  sessionId,
  itemId,
  eventType,
  sentAtMs,
  eventValue,
  properties,
}: RecordedEvent): string {
  const content = JSON.stringify([userId, sessionId, itemId, eventType, sentAtMs, eventValue, properties]);
  return createHash('sha256').update(content).digest('base64url');
}
