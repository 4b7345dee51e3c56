import {
  type EnsembleLimits,
  EnsembleModel,
  type EnsembleParameters,
  type EventSequence,
  finish,
  fitting,
  type ModelEvent,
  type ModelRecord,
} from '@affinity/domain';
import { createHash } from 'node:crypto';
import { type InteractionSelection, InteractionLog, type LoggedInteraction } from './data/interaction-log';
import { RecentInteractions } from './data/recent-interactions';
import { EntityMetadata } from './model/entity-metadata';
import { EventIdWindow } from './model/event-id-window';
import type { RecommenderRecord, RecordedEvent, RecordedVersion } from './recorded';

/** Bounds of what is remembered. */
export interface RecommenderOptions {
  readonly limits: EnsembleLimits;
  readonly maxEventIds: number;
  /** Of items and of users, each. */
  readonly maxMetadataCharacters: number;
  readonly maxInteractions: number;
}

/** Something that models take in. */
export type ModelChange = (model: EnsembleModel) => void;

/** Interactions in one line of a snapshot. */
const interactionsPerRecord = 1_000;

/**
 * What one dataset group knows: interactions, items, users, and a model for each solution version.
 *
 * G1 Every model has learned from every event since it was made: a new version catches up before it serves.
 */
export class Recommender {
  readonly items: EntityMetadata;
  readonly users: EntityMetadata;
  readonly recent: RecentInteractions;
  private readonly log: InteractionLog;
  private readonly eventIds: EventIdWindow;
  private readonly models = new Map<string, EnsembleModel>();
  private readonly putItems = new Set<string>();
  private readonly gathering = new Set<ModelChange[]>();
  private learned = 0;
  private repeated = 0;

  constructor(private readonly options: RecommenderOptions) {
    this.items = new EntityMetadata(options.maxMetadataCharacters);
    this.users = new EntityMetadata(options.maxMetadataCharacters);
    this.eventIds = new EventIdWindow(options.maxEventIds);
    this.log = new InteractionLog(options.maxInteractions);
    this.recent = new RecentInteractions(options.limits.maxVisitors);
  }

  /** Events learned from, and repeats that were not, since the group was made. */
  get counts(): { readonly learned: number; readonly repeated: number } {
    return { learned: this.learned, repeated: this.repeated };
  }

  get limits(): EnsembleLimits {
    return this.options.limits;
  }

  /** The model of a solution version; undefined when there is none. */
  model(versionArn: string): EnsembleModel | undefined {
    return this.models.get(versionArn);
  }

  /** From now on the model learns from each event; it has learned from all before (G1). */
  adopt(versionArn: string, model: EnsembleModel): void {
    for (const itemId of this.putItems) model.knowItem(itemId);
    this.models.set(versionArn, model);
  }

  /** Forgets the model of a solution version. */
  drop(versionArn: string): void {
    this.models.delete(versionArn);
  }

  /** Interactions to train on, in the order of time. */
  interactions(selection: InteractionSelection): EventSequence {
    return this.log.select(selection);
  }

  /** Gathers, from now until it is stopped, what the models take in: for one that is being trained. */
  gatherChanges(): { readonly stop: () => readonly ModelChange[] } {
    const changes: ModelChange[] = [];
    this.gathering.add(changes);
    return {
      stop: () => {
        this.gathering.delete(changes);
        return changes;
      },
    };
  }

  /** Takes in what was recorded. */
  apply(record: RecommenderRecord): void {
    switch (record.kind) {
      case 'event':
        this.learn(record);
        break;
      case 'item':
      case 'user':
        this.putEntity(record);
        break;
      case 'rows':
        for (const row of record.rows) this.addInteraction(row);
        break;
      case 'imported':
        this.log.completeImport(record.importNumber);
        if (record.mode === 'FULL') this.log.replaceImports(record.importNumber);
        break;
      case 'import-dropped':
        this.log.dropImport(record.importNumber);
        break;
      case 'version':
        this.rebuild(record);
        break;
      case 'version-dropped':
        this.drop(record.versionArn);
        break;
      case 'user-deleted':
        this.forget(record.userId);
        break;
    }
  }

  /** The whole state, for a snapshot. */
  *dump(): Iterable<unknown> {
    yield ['counts', this.learned, this.repeated];
    for (const id of this.eventIds.values()) yield ['id', id];
    for (const entry of this.items.entries()) yield ['items', ...entry];
    for (const entry of this.users.entries()) yield ['users', ...entry];
    for (const batch of this.log.batches(interactionsPerRecord)) yield ['rows', batch];
    yield ['complete', this.log.completeImports];
    yield ['known', [...this.putItems]];
    for (const [versionArn, model] of this.models) {
      yield ['model', versionArn, model.layout, model.parameters];
      for (const record of model.dump()) yield ['state', versionArn, record];
    }
  }

  /** Takes in a record of a snapshot. @throws Error when it is of another model */
  restore(record: unknown): void {
    // Lines are our own and checked by their digest.
    const [kind, first, ...rest] = record as readonly [string, unknown, ...unknown[]];
    if (kind === 'counts') [this.learned, this.repeated] = [first as number, rest[0] as number];
    else if (kind === 'id') this.eventIds.add(first as string);
    else if (kind === 'items') this.items.put(first as string, rest[0] as string);
    else if (kind === 'users') this.users.put(first as string, rest[0] as string);
    else if (kind === 'rows') for (const row of first as readonly LoggedInteraction[]) this.addInteraction(row);
    else if (kind === 'complete') for (const number of first as readonly number[]) this.log.completeImport(number);
    else if (kind === 'known') for (const itemId of first as readonly string[]) this.putItems.add(itemId);
    else if (kind === 'model') this.restoreModel(first as string, rest as [string, EnsembleParameters]);
    else this.models.get(first as string)?.restore(rest[0] as ModelRecord);
  }

  private restoreModel(versionArn: string, [layout, parameters]: readonly [string, EnsembleParameters]): void {
    const model = new EnsembleModel(this.options.limits, parameters);
    if (layout !== model.layout) throw new Error(`the snapshot holds a model "${layout}", not "${model.layout}"`);
    this.models.set(versionArn, model);
  }

  private rebuild({ versionArn, parameters, selection }: RecordedVersion): void {
    // Where it was trained in this process it is there already, and has gone on learning.
    if (this.models.has(versionArn)) return;
    const model = finish(fitting(this.log.select(selection), this.options.limits, parameters));
    this.adopt(versionArn, model);
  }

  private putEntity(record: Extract<RecommenderRecord, { readonly kind: 'item' | 'user' }>): void {
    const entities = record.kind === 'item' ? this.items : this.users;
    if (record.properties !== undefined) entities.put(record.id, record.properties);
    if (record.kind === 'user') return;
    if (this.putItems.size < this.options.limits.maxItems) this.putItems.add(record.id);
    this.change((model) => model.knowItem(record.id));
  }

  private learn(event: RecordedEvent): void {
    if (!this.eventIds.add(event.eventId ?? generatedId(event))) {
      this.repeated += 1;
      return;
    }
    this.learned += 1;
    const { userId, sessionId, itemId, eventType, eventValue, sentAtMs, receivedAtMs } = event;
    // A wrong clock must not make everything before it look old.
    const atMs = Math.min(sentAtMs, receivedAtMs);
    const given = { ...optional('userId', userId), ...optional('itemId', itemId) };
    const modelEvent: ModelEvent = { sessionId, atMs, ...given };
    this.change((model) => model.learn(modelEvent)); // G1
    this.addInteraction({
      sessionId,
      eventType,
      atMs,
      importNumber: 0,
      ...given,
      ...optional('eventValue', eventValue),
    });
  }

  private change(change: ModelChange): void {
    for (const model of this.models.values()) change(model);
    for (const changes of this.gathering) changes.push(change);
  }

  private addInteraction(interaction: LoggedInteraction): void {
    const { userId, sessionId, eventType, itemId } = interaction;
    this.log.add(interaction);
    if (itemId !== undefined) this.recent.add(userId ?? sessionId, eventType, itemId);
  }

  private forget(userId: string): void {
    this.log.dropUser(userId);
    this.recent.forget(userId);
    this.users.remove(userId);
    this.change((model) => model.forgetVisitor(userId));
  }
}

function optional<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}

/** Events without an id that agree in time, actor and content are one event, as in Personalize. */
function generatedId(event: RecordedEvent): string {
  const { userId, sessionId, itemId, eventType, sentAtMs, eventValue, properties } = event;
  const content = JSON.stringify([userId, sessionId, itemId, eventType, sentAtMs, eventValue, properties]);
  return createHash('sha256').update(content).digest('base64url');
}
