import type { CsvObjects } from '../objects/csv-objects';
import type { PersonalizeState } from '../personalize-state';
import type { GroupRecord } from '../recorded';
import type { DatasetType } from './dataset-schema';
import { importDataset } from './import-work';
import type { Work, WorkResult } from './lifecycle';
import type { Resource } from './resource';
import { trainVersion } from './training-work';

/** What resources are made with. */
export interface WorkTools {
  readonly state: PersonalizeState;
  /** Undefined: no object store is configured. */
  readonly objects: CsvObjects | undefined;
  readonly record: (records: readonly GroupRecord[]) => Promise<void>;
  readonly nowMs: () => number;
}

/** Makes resources: imports, trains, deletes data, swaps what campaigns serve. What is neither is there at once. */
export function createWork(tools: WorkTools): Work {
  return (resource, signal) => {
    switch (resource.kind) {
      case 'datasetImportJob':
        return runImport(resource, signal, tools);
      case 'solutionVersion':
        return runTraining(resource, signal, tools);
      case 'dataDeletionJob':
        return runDeletion(resource, signal, tools);
      case 'campaign':
        return Promise.resolve(swapped(resource, tools));
      default:
        return Promise.resolve({});
    }
  };
}

/** Tidies up the data of a resource that was deleted. */
export async function tidyAfter({ kind, arn, members, internal }: Resource, { record }: WorkTools): Promise<void> {
  if (kind === 'solutionVersion') {
    await record([{ kind: 'version-dropped', group: members['datasetGroupArn'] as string, versionArn: arn }]);
  }
  if (kind === 'datasetImportJob' && internal?.['datasetType'] === 'Interactions') {
    const importNumber = internal['importNumber'] as number;
    await record([{ kind: 'import-dropped', group: internal['group'] as string, importNumber }]);
  }
}

async function runImport(
  { members, internal = {} }: Resource,
  signal: AbortSignal,
  tools: WorkTools,
): Promise<WorkResult> {
  await importDataset(
    {
      group: internal['group'] as string,
      datasetType: internal['datasetType'] as DatasetType,
      importNumber: internal['importNumber'] as number,
      location: locationOf(members),
      mode: members['importMode'] as 'FULL' | 'INCREMENTAL',
    },
    { objects: objectsOf(tools), record: tools.record, signal },
  );
  return {};
}

async function runTraining({ arn, members }: Resource, signal: AbortSignal, tools: WorkTools): Promise<WorkResult> {
  const group = members['datasetGroupArn'] as string;
  const recommender = tools.state.group(group);
  const config = members['solutionConfig'] as { readonly eventValueThreshold?: string } | undefined;
  const selection = {
    eventType: members['eventType'] as string | undefined,
    eventValueThreshold: config?.eventValueThreshold === undefined ? undefined : Number(config.eventValueThreshold),
  };
  const startedAt = tools.nowMs();
  const isStopping = (): boolean => tools.state.resources.find(arn)?.status === 'CREATE STOPPING';
  await tools.record([{ kind: 'version-dropped', group, versionArn: arn }]); // Of a run that was cut off.
  const { parameters, metrics } = await trainVersion(recommender, { versionArn: arn, selection, signal, isStopping });
  await tools.record([{ kind: 'version', group, versionArn: arn, parameters, selection }]);
  const trainingHours = (tools.nowMs() - startedAt) / 3_600_000;
  return {
    members: { trainingHours, tunedHPOParams: { algorithmHyperParameters: {} } },
    internal: { metrics, parameters },
  };
}

async function runDeletion({ members }: Resource, signal: AbortSignal, tools: WorkTools): Promise<WorkResult> {
  const group = members['datasetGroupArn'] as string;
  let numDeleted = 0;
  for await (const row of objectsOf(tools).records(locationOf(members))) {
    const userId = row['USER_ID'];
    if (userId === undefined || Object.keys(row).length > 1)
      throw new Error('the files must have the one column USER_ID');
    await tools.record([{ kind: 'user-deleted', group, userId }]);
    numDeleted += 1;
    signal.throwIfAborted();
  }
  return { members: { numDeleted } };
}

/** An update takes effect in one step: a request sees the old version or the new one. */
function swapped({ members, internal }: Resource, { nowMs }: WorkTools): WorkResult {
  const update = members['latestCampaignUpdate'] as Readonly<Record<string, unknown>> | undefined;
  if (update === undefined) return {};
  const { solutionVersionArn, minProvisionedTPS } = update;
  const latestCampaignUpdate = { ...update, status: 'ACTIVE', lastUpdatedDateTime: nowMs() / 1_000 };
  const versionArn = solutionVersionArn as string;
  const solutionArn = versionArn.slice(0, versionArn.lastIndexOf('/'));
  return {
    members: { solutionVersionArn, minProvisionedTPS, latestCampaignUpdate },
    dependsOn: [internal?.['datasetGroupArn'] as string, solutionArn, versionArn],
  };
}

function locationOf(members: Readonly<Record<string, unknown>>): string {
  return (members['dataSource'] as { readonly dataLocation: string }).dataLocation;
}

function objectsOf({ objects }: WorkTools): CsvObjects {
  if (objects === undefined) throw new Error('no object store is configured: set AFFINITY_S3_ENDPOINT');
  return objects;
}
