import type { ResourceNames } from '../resource-names';
import type { Recommender, RecommenderRecord } from '../recommender';
import type { RequestMembers } from '../wire/request-members';

/** What operations work with. */
export interface OperationContext {
  readonly recommender: Recommender;
  readonly names: ResourceNames;
  /** Of the one event tracker. */
  readonly trackingId: string;
  /** Resolves once the records are on the disk and learned from. */
  readonly record: (records: readonly RecommenderRecord[]) => Promise<void>;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Answers a request with the members of its response. @throws AwsError when it refuses */
export type Operation = (members: RequestMembers, context: OperationContext) => Promise<object> | object;
