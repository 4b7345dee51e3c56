/**
 * `making`: it will become one of the next two by itself. `ready`: ACTIVE, or COMPLETED for a job that deletes. `failed`: it
 * could not be made, or was stopped. `leaving`: it is being deleted.
 */
export type ControlState = 'making' | 'ready' | 'failed' | 'leaving';

/** Something of the control plane. */
export interface ControlResource {
  readonly arn: string;
  /** Empty where Personalize does not list names: for solution versions. */
  readonly name: string;
  readonly state: ControlState;
  /** Why it failed, in the words of Personalize. */
  readonly failureReason?: string;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
}

/** The kinds of datasets of a custom dataset group. */
export type DatasetKind = 'Interactions' | 'Items' | 'Users';

/** A dataset. */
export interface ControlDataset extends ControlResource {
  readonly kind: DatasetKind | undefined;
}

/** The newest change of a resource, to another schema or version; what it had before holds until it is ready. */
export interface ControlUpdate {
  /** Of the schema or version that it is changed to. */
  readonly toArn: string;
  readonly state: ControlState;
  readonly failureReason?: string;
}

/** The schema of a dataset. */
export interface ControlDatasetSchema {
  /** Avro as JSON; absent when the dataset tells none. */
  readonly text?: string;
  readonly update?: ControlUpdate;
}

/** A campaign. While an update is under way the version before serves. */
export interface ControlCampaign extends ControlResource {
  readonly versionArn: string;
  readonly update?: ControlUpdate;
}

/** Members that every summary and description of Personalize shares. */
export interface RawResource {
  readonly status?: string | undefined;
  readonly failureReason?: string | undefined;
  readonly creationDateTime?: Date | undefined;
}

/** Reads the state of a resource; a schema, which has no status, is ready. */
export function stateOf(status: string | undefined): ControlState {
  if (status === undefined || status === 'ACTIVE' || status === 'COMPLETED') return 'ready';
  if (status.endsWith('FAILED') || status === 'CREATE STOPPED') return 'failed';
  return status.startsWith('DELETE') ? 'leaving' : 'making';
}

/** A summary or description as a resource of ours. */
export function controlResource(
  raw: RawResource,
  { arn, name = '' }: { readonly arn: string | undefined; readonly name?: string | undefined },
): ControlResource {
  return {
    arn: arn ?? '',
    name,
    state: stateOf(raw.status),
    ...(raw.failureReason === undefined ? {} : { failureReason: raw.failureReason }),
    createdAtMs: raw.creationDateTime?.getTime() ?? 0,
  };
}

/** The newest update of a resource as one of ours; undefined when there was none. */
export function controlUpdate(raw: RawResource | undefined, toArn: string | undefined): ControlUpdate | undefined {
  if (raw === undefined) return undefined;
  const { status, failureReason } = raw;
  return { toArn: toArn ?? '', state: stateOf(status), ...(failureReason === undefined ? {} : { failureReason }) };
}
