import { formatDay } from '@affinity/domain';
import { fromUnknown } from '@affinity/service-kit';
import { readExportedFiles, type FileToImport } from './exported-files';
import { importFiles, reachDatasetGroup } from './import-datasets';
import { campaignName, runLabel, type CampaignKind } from './run-names';
import { findVersion, laterRun, trainCampaign, type CampaignRun } from './train-campaign';
import { writeTrainReport } from './train-manifest';
import type { CampaignReport, ImportReport, TrainOptions, TrainReport } from './train-options';

/**
 * Imports a run date's export, trains a version for each campaign, and promotes those that are good enough.
 *
 * T1 Nothing is remembered here: names follow from the run (see runLabel), the rest is what Personalize lists. So a run that was
 *    cut off goes on where it was, and a run that is done does nothing.
 * T2 A campaign serves its version before until the new one is trained, measured and found good enough.
 * T3 A run date that is earlier than what a campaign serves does not touch the campaign.
 *
 * A campaign that fails does not stop the others; the report says so. Throws AffinityError when no campaign can be trained.
 */
export async function train(options: TrainOptions): Promise<TrainReport> {
  const { store, day } = options;
  const { manifest, files } = await readExportedFiles(store, day);
  const label = runLabel(day, manifest);
  const facts = { runDate: formatDay(day), run: label, datasetGroup: options.datasetGroup };
  const { current, superseded } = await sortOut(options);
  if (current.length === 0) return { ...facts, imports: [], campaigns: superseded };
  const datasetGroupArn = await reachDatasetGroup(options);
  const runs = current.map((kind): CampaignRun => ({ kind, datasetGroupArn, label }));
  const imports = await importUnlessTrained(options, runs, files);
  const campaigns = await Promise.all(runs.map((run) => trainOrReport(options, run)));
  const report = { ...facts, imports, campaigns: [...campaigns, ...superseded] };
  await writeTrainReport(store, day, report);
  return report;
}

/** The campaigns that wait for this run, and reports of those that are further. */
async function sortOut({ control, datasetGroup, campaigns, day }: TrainOptions): Promise<{
  readonly current: readonly CampaignKind[];
  readonly superseded: readonly CampaignReport[];
}> {
  const current: CampaignKind[] = [];
  const superseded: CampaignReport[] = [];
  for (const kind of campaigns) {
    const name = campaignName(datasetGroup, kind);
    const campaign = await control.lists.campaign(name);
    const later = laterRun(campaign, { name, day }); // T3
    if (later === undefined) current.push(kind);
    else superseded.push(supersededBy(later, name));
  }
  return { current, superseded };
}

function supersededBy(later: string, campaign: string): CampaignReport {
  return { campaign, outcome: 'superseded', reason: `a version of ${later} serves`, deletedSolutions: [] };
}

/** Once every campaign has its version, or trains it, the data are not needed any more. */
async function importUnlessTrained(
  options: TrainOptions,
  runs: readonly CampaignRun[],
  files: readonly FileToImport[],
): Promise<readonly ImportReport[]> {
  const versions = await Promise.all(runs.map((run) => findVersion(options, run)));
  const [first] = runs;
  if (first === undefined || versions.every((version) => version !== undefined)) return [];
  const { datasetGroupArn, label } = first;
  return importFiles(options, { datasetGroupArn, files, label });
}

async function trainOrReport(options: TrainOptions, run: CampaignRun): Promise<CampaignReport> {
  try {
    return await trainCampaign(options, run);
  } catch (thrown) {
    const { message } = fromUnknown(thrown);
    const campaign = campaignName(options.datasetGroup, run.kind);
    options.progress(`${campaign}: ${message}`);
    return { campaign, outcome: 'failed', reason: message, deletedSolutions: [] };
  }
}
