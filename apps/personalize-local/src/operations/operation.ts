import type { ControlPlane } from '../control/control-plane';
import type { PersonalizeState } from '../personalize-state';
import type { GroupRecord } from '../recorded';
import type { RequestMembers } from '../wire/request-members';

/** What operations work with. */
export interface OperationContext {
  readonly state: PersonalizeState;
  readonly control: ControlPlane;
  /** Resolves once the records are on the disk and learned from. */
  readonly record: (records: readonly GroupRecord[]) => Promise<void>;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Answers a request with the members of its response. @throws AwsError when it refuses */
export type Operation = (members: RequestMembers, context: OperationContext) => Promise<object> | object;
