/** The kinds of resources that the control plane keeps. */
export type ResourceKind =
  | 'datasetGroup'
  | 'schema'
  | 'dataset'
  | 'datasetImportJob'
  | 'solution'
  | 'solutionVersion'
  | 'campaign'
  | 'eventTracker'
  | 'filter'
  | 'dataDeletionJob';

/**
 * States of a resource. CREATE PENDING -> CREATE IN_PROGRESS -> ACTIVE or CREATE FAILED; DELETE PENDING -> DELETE IN_PROGRESS
 * -> gone. A data deletion job: PENDING -> IN_PROGRESS -> COMPLETED or FAILED.
 * A solution version being stopped: CREATE STOPPING -> CREATE STOPPED.
 */
export type ResourceStatus =
  | 'CREATE PENDING'
  | 'CREATE IN_PROGRESS'
  | 'ACTIVE'
  | 'CREATE FAILED'
  | 'CREATE STOPPING'
  | 'CREATE STOPPED'
  | 'DELETE PENDING'
  | 'DELETE IN_PROGRESS'
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'COMPLETED'
  | 'FAILED';

/** A resource as it is kept. Immutable: a change is a new one. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly arn: string;
  readonly name: string;
  readonly status: ResourceStatus;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly failureReason?: string;
  /** The resources that it belongs to or uses: they cannot be deleted before it. */
  readonly dependsOn: readonly string[];
  /** Its own members, as Describe answers them. */
  readonly members: Readonly<Record<string, unknown>>;
  /** What training and imports leave behind; not part of any answer. */
  readonly internal?: Readonly<Record<string, unknown>>;
}

/** How a kind is named on the wire. */
export interface KindNames {
  /** Part of the operation's name: `Describe${operation}`. */
  readonly operation: string;
  /** Of `List…` operation and member. */
  readonly plural: string;
  /** The member that holds the ARN. */
  readonly arnMember: string;
}

/** Names of all kinds. */
export const kindNames: Readonly<Record<ResourceKind, KindNames>> = {
  datasetGroup: { operation: 'DatasetGroup', plural: 'datasetGroups', arnMember: 'datasetGroupArn' },
  schema: { operation: 'Schema', plural: 'schemas', arnMember: 'schemaArn' },
  dataset: { operation: 'Dataset', plural: 'datasets', arnMember: 'datasetArn' },
  datasetImportJob: {
    operation: 'DatasetImportJob',
    plural: 'datasetImportJobs',
    arnMember: 'datasetImportJobArn',
  },
  solution: { operation: 'Solution', plural: 'solutions', arnMember: 'solutionArn' },
  solutionVersion: { operation: 'SolutionVersion', plural: 'solutionVersions', arnMember: 'solutionVersionArn' },
  campaign: { operation: 'Campaign', plural: 'campaigns', arnMember: 'campaignArn' },
  eventTracker: { operation: 'EventTracker', plural: 'eventTrackers', arnMember: 'eventTrackerArn' },
  filter: { operation: 'Filter', plural: 'Filters', arnMember: 'filterArn' },
  dataDeletionJob: { operation: 'DataDeletionJob', plural: 'dataDeletionJobs', arnMember: 'dataDeletionJobArn' },
};

/** A resource as Describe and List answer it; instants are epoch seconds. */
export function describe(resource: Resource): Readonly<Record<string, unknown>> {
  const { kind, arn, name, status, createdAtMs, updatedAtMs, failureReason, members } = resource;
  return {
    // Schemas have no status; jobs have a name of their own.
    ...(kind === 'datasetImportJob' || kind === 'dataDeletionJob' ? { jobName: name } : { name }),
    [kindNames[kind].arnMember]: arn,
    ...(kind === 'schema' ? {} : { status }),
    creationDateTime: createdAtMs / 1_000,
    lastUpdatedDateTime: updatedAtMs / 1_000,
    ...(failureReason === undefined ? {} : { failureReason }),
    ...members,
  };
}
