import type { EnsembleParameters } from '@affinity/domain';
import type { Resource } from './control/resource';
import type { InteractionSelection, LoggedInteraction } from './data/interaction-log';

/** What the journal records, and what all state follows from. */
export type StateRecord =
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'resource-gone'; readonly arn: string }
  | GroupRecord;

/** What changes one dataset group; without a group it is that of the default resources. */
export type GroupRecord = RecommenderRecord & { readonly group?: string };

/** What changes the knowledge of a dataset group. */
export type RecommenderRecord =
  | RecordedEvent
  | RecordedEntity
  | { readonly kind: 'rows'; readonly rows: readonly LoggedInteraction[] }
  /** All rows of an import are there; FULL replaces those of other imports. */
  | { readonly kind: 'imported'; readonly importNumber: number; readonly mode: 'FULL' | 'INCREMENTAL' }
  | { readonly kind: 'import-dropped'; readonly importNumber: number }
  | RecordedVersion
  | { readonly kind: 'version-dropped'; readonly versionArn: string }
  | { readonly kind: 'user-deleted'; readonly userId: string };

/** A solution version that was trained. */
export interface RecordedVersion {
  readonly kind: 'version';
  readonly versionArn: string;
  readonly parameters: EnsembleParameters;
  readonly selection: InteractionSelection;
}

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

/** An item or a user as it was put or imported. */
export interface RecordedEntity {
  readonly kind: 'item' | 'user';
  readonly id: string;
  readonly properties?: string;
}
