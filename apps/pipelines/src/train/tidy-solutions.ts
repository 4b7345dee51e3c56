import type { ControlResource } from '@affinity/personalize';
import { fromUnknown } from '@affinity/service-kit';
import { waitFor } from './reach';
import { campaignName, nameIn, runDateOf, solutionArnOf, solutionName } from './run-names';
import type { CampaignRun } from './train-campaign';
import type { TrainOptions } from './train-options';

/**
 * Deletes the solutions of a campaign's earlier runs but the newest, with their versions; Personalize deletes neither a version
 * nor an import job by itself. What serves, and this run's, always stay. Resolves once they are gone, with their ARNs.
 */
export async function tidySolutions(options: TrainOptions, run: CampaignRun): Promise<readonly string[]> {
  const { control, progress } = options;
  const deleted: string[] = [];
  for (const { arn } of await superfluousSolutions(options, run)) {
    try {
      await control.deleteSolution(arn);
      deleted.push(arn);
      progress(`${arn}: deleted`);
    } catch (thrown) {
      const { code, message } = fromUnknown(thrown);
      if (code !== 'ABORTED' && code !== 'NOT_FOUND') throw thrown;
      progress(`${arn} stays: ${message}`); // Another campaign uses it, or another run deletes it.
    }
  }
  if (deleted.length > 0)
    await waitFor('deleted solutions to be gone', options, async () => {
      const left = await control.lists.solutions(run.datasetGroupArn);
      return left.some(({ arn }) => deleted.includes(arn)) ? undefined : true;
    });
  return deleted;
}

async function superfluousSolutions(
  { control, datasetGroup, keep }: TrainOptions,
  { kind, datasetGroupArn, label }: CampaignRun,
): Promise<readonly ControlResource[]> {
  const campaign = campaignName(datasetGroup, kind);
  const served = solutionArnOf((await control.lists.campaign(campaign))?.versionArn ?? '/');
  const own = (await control.lists.solutions(datasetGroupArn)).filter(
    ({ name }) => runDateOf(name, campaign) !== undefined,
  );
  return superfluous(own, { current: solutionName(campaign, label), served: nameIn(served), keep });
}

/** Those of a campaign's solutions that go: the oldest beyond `keep`, never the current one or the one that serves. */
export function superfluous(
  solutions: readonly ControlResource[],
  { current, served, keep }: { readonly current: string; readonly served: string; readonly keep: number },
): readonly ControlResource[] {
  const stays = (name: string): boolean => name === current || name === served;
  const others = solutions.filter(({ name, state }) => !stays(name) && (state === 'ready' || state === 'failed'));
  const room = Math.max(0, keep - solutions.filter(({ name }) => stays(name)).length);
  return [...others].sort((left, right) => right.createdAtMs - left.createdAtMs).slice(room);
}
