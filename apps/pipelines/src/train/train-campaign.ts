import type { ControlCampaign, ControlResource } from '@affinity/personalize';
import { formatDay } from '@affinity/domain';
import { AffinityError } from '@affinity/service-kit';
import { newestOf } from './import-datasets';
import { judgeVersion, ndcgOf } from './judge-version';
import { reach, waitFor } from './reach';
import {
  campaignName,
  nameIn,
  recipeArns,
  runDateOf,
  solutionArnOf,
  solutionName,
  type CampaignKind,
} from './run-names';
import { tidySolutions } from './tidy-solutions';
import type { CampaignReport, TrainOptions } from './train-options';

/** A campaign in a run. */
export interface CampaignRun {
  readonly kind: CampaignKind;
  readonly datasetGroupArn: string;
  readonly label: string;
}

/** The run date of a later run whose version a campaign serves; undefined when there is none. */
export function laterRun(
  campaign: ControlCampaign | undefined,
  { name, day }: { readonly name: string; readonly day: number },
): string | undefined {
  const served = campaign && runDateOf(nameIn(solutionArnOf(campaign.versionArn)), name);
  return served !== undefined && served > day ? formatDay(served) : undefined;
}

/** The version that a run has trained for a campaign, or is training; undefined when there is none yet. */
export async function findVersion(options: TrainOptions, run: CampaignRun): Promise<ControlResource | undefined> {
  const solution = await findSolution(options, run);
  if (solution === undefined) return undefined;
  const newest = newestOf(await options.control.lists.solutionVersions(solution.arn));
  return newest?.state === 'failed' ? undefined : newest;
}

/** Trains a version for a campaign and lets the campaign serve it, unless it is worse than the one that serves. */
export async function trainCampaign(options: TrainOptions, run: CampaignRun): Promise<CampaignReport> {
  const name = campaignName(options.datasetGroup, run.kind);
  const tidied = await tidySolutions(options, run);
  const version = await reachVersion(options, run);
  const promoted = await promote(options, name, version);
  const deletedSolutions = [...tidied, ...(await tidySolutions(options, run))];
  return { campaign: name, version: version.arn, ...promoted, deletedSolutions };
}

async function findSolution(
  { control, datasetGroup }: TrainOptions,
  { kind, datasetGroupArn, label }: CampaignRun,
): Promise<ControlResource | undefined> {
  const name = solutionName(campaignName(datasetGroup, kind), label);
  return (await control.lists.solutions(datasetGroupArn)).find((solution) => solution.name === name);
}

async function reachVersion(options: TrainOptions, run: CampaignRun): Promise<ControlResource> {
  const { control, datasetGroup } = options;
  const { kind, datasetGroupArn, label } = run;
  const name = solutionName(campaignName(datasetGroup, kind), label);
  const makeSolution = () => control.createSolution({ name, datasetGroupArn, recipeArn: recipeArns[kind] });
  const solution = { what: `solution ${name}`, find: () => findSolution(options, run), make: makeSolution };
  const { arn } = await reach(solution, options);
  const before = await control.lists.solutionVersions(arn);
  // Those that failed stay listed for ever.
  const failed = new Set(before.filter(({ state }) => state === 'failed').map((version) => version.arn));
  const find = async () => newestOf((await control.lists.solutionVersions(arn)).filter((one) => !failed.has(one.arn)));
  const make = () => control.createSolutionVersion(arn, `${label}-${failed.size + 1}`);
  return reach({ what: `training of ${name}`, find, make, quotaPasses: true }, options);
}

type Promotion = Omit<CampaignReport, 'campaign' | 'version' | 'deletedSolutions'>;

async function promote(options: TrainOptions, name: string, { arn }: ControlResource): Promise<Promotion> {
  const { control } = options;
  const ndcg = ndcgOf(await control.metricsOf(arn));
  const fresh = ndcg === undefined ? {} : { ndcgAt25: ndcg };
  const campaign = await settledCampaign(options, name);
  if (campaign === undefined) {
    const make = () => control.createCampaign(name, arn);
    await reach({ what: `campaign ${name}`, find: () => control.lists.campaign(name), make }, options);
    return { outcome: 'promoted', ...fresh };
  }
  if (campaign.state === 'ready' && campaign.versionArn === arn) return { outcome: 'serving', ...fresh };
  const served = campaign.state === 'ready' ? await servedBy(options, campaign) : {};
  const kept = whyKept(options, campaign, { fresh: ndcg, serving: served.ndcgAt25Before });
  if (kept !== undefined) return { ...kept, ...fresh, ...served };
  await control.updateCampaign(campaign.arn, arn);
  await waitFor(`campaign ${name} to serve ${arn}`, options, () => updatedCampaign(options, name, arn));
  return { outcome: 'promoted', ...fresh, ...served };
}

function whyKept(
  { day, maxNdcgLoss }: TrainOptions,
  campaign: ControlCampaign,
  { fresh, serving }: { readonly fresh: number | undefined; readonly serving: number | undefined },
): Pick<CampaignReport, 'outcome' | 'reason'> | undefined {
  const later = laterRun(campaign, { name: campaign.name, day });
  if (later !== undefined) return { outcome: 'superseded', reason: `a version of ${later} serves` };
  const judgement = judgeVersion(fresh, { serving, maxLoss: maxNdcgLoss });
  return judgement === 'better' ? undefined : { outcome: 'kept', reason: reasonOf(judgement, maxNdcgLoss) };
}

function reasonOf(judgement: 'worse' | 'unmeasured', maxLoss: number): string {
  return judgement === 'worse'
    ? `the new version's NDCG is lower by more than ${(100 * maxLoss).toFixed(1)} %`
    : 'the new version has no NDCG';
}

/** A campaign of which nothing is under way; undefined when there is none. */
async function settledCampaign(options: TrainOptions, name: string): Promise<ControlCampaign | undefined> {
  const settled = await waitFor(`campaign ${name} to settle`, options, async () => {
    const campaign = await options.control.lists.campaign(name);
    if (campaign === undefined) return { campaign };
    const moving = campaign.state === 'making' || campaign.state === 'leaving' || campaign.update?.state === 'making';
    return moving ? undefined : { campaign };
  });
  return settled.campaign;
}

async function servedBy(
  { control }: TrainOptions,
  { versionArn }: ControlCampaign,
): Promise<Pick<CampaignReport, 'before' | 'ndcgAt25Before'>> {
  const ndcg = ndcgOf(await control.metricsOf(versionArn));
  return { before: versionArn, ...(ndcg === undefined ? {} : { ndcgAt25Before: ndcg }) };
}

async function updatedCampaign(
  { control }: TrainOptions,
  name: string,
  versionArn: string,
): Promise<ControlCampaign | undefined> {
  const campaign = await control.lists.campaign(name);
  if (campaign?.versionArn === versionArn && campaign.state === 'ready') return campaign;
  if (campaign?.update?.toArn === versionArn && campaign.update.state === 'failed')
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `campaign ${name} still serves ${campaign.versionArn}: ${campaign.update.failureReason ?? 'its update failed'}`,
    );
  return undefined;
}
