import { formatDay } from '@affinity/domain';
import { readExportedFiles } from './exported-files';
import { campaignName, runLabel, solutionName, type CampaignKind } from './run-names';
import { findVersion } from './train-campaign';
import type { TrainOptions } from './train-options';

/** What a run would find and do. */
export interface TrainPlan {
  readonly runDate: string;
  readonly run: string;
  readonly datasetGroup: { readonly name: string; readonly exists: boolean };
  readonly files: readonly { readonly key: string; readonly rows: number }[];
  readonly campaigns: readonly CampaignPlan[];
}

/** A campaign as a run would find it. */
interface CampaignPlan {
  readonly campaign: string;
  readonly solution: string;
  readonly version: 'to train' | 'in training' | 'trained';
  /** The version that serves now. */
  readonly serves?: string;
}

/** Looks up what a run would find, and changes nothing. Throws FAILED_PRECONDITION for an export that is not whole. */
export async function planTraining(options: TrainOptions): Promise<TrainPlan> {
  const { control, store, day, datasetGroup: name } = options;
  const { manifest, files } = await readExportedFiles(store, day);
  const run = runLabel(day, manifest);
  const group = await control.lists.datasetGroup(name);
  const plan = { run, datasetGroupArn: group?.arn };
  const campaigns = await Promise.all(options.campaigns.map((kind) => planCampaign(options, kind, plan)));
  return {
    runDate: formatDay(day),
    run,
    datasetGroup: { name, exists: group !== undefined },
    files: files.map(({ key, rows }) => ({ key, rows })),
    campaigns,
  };
}

async function planCampaign(
  options: TrainOptions,
  kind: CampaignKind,
  { run, datasetGroupArn }: { readonly run: string; readonly datasetGroupArn: string | undefined },
): Promise<CampaignPlan> {
  const campaign = campaignName(options.datasetGroup, kind);
  const version =
    datasetGroupArn === undefined ? undefined : await findVersion(options, { kind, datasetGroupArn, label: run });
  const serves = (await options.control.lists.campaign(campaign))?.versionArn;
  return {
    campaign,
    solution: solutionName(campaign, run),
    version: version === undefined ? 'to train' : version.state === 'ready' ? 'trained' : 'in training',
    ...(serves === undefined ? {} : { serves }),
  };
}
