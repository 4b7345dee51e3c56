import { formatDay, parseDay, type Day } from '@affinity/domain';
import type { ExportManifest } from '../lake/export/export-personalize';
import { createHash } from 'node:crypto';

/** What the campaigns of a dataset group answer. Each is trained by itself. */
export type CampaignKind = 'user-personalization' | 'related-items' | 'personalized-ranking';

/** The recipe of each kind of campaign. Source: "Choosing a recipe", Amazon Personalize developer guide. */
export const recipeArns: Readonly<Record<CampaignKind, string>> = {
  'user-personalization': 'arn:aws:personalize:::recipe/aws-user-personalization-v2',
  'related-items': 'arn:aws:personalize:::recipe/aws-similar-items',
  'personalized-ranking': 'arn:aws:personalize:::recipe/aws-personalized-ranking-v2',
};

/** All kinds. */
export const campaignKinds = Object.keys(recipeArns) as readonly CampaignKind[];

/**
 * A run's label: its date and a digest of the files that it trains on, such as `20261120-1f2e3d4c`. Names in Personalize follow
 * from it, so that a run finds what an earlier attempt began, and files that were written anew are another run.
 */
export function runLabel(day: Day, { files }: Pick<ExportManifest, 'files'>): string {
  const digest = createHash('sha256').update(files.map(({ sha256 }) => sha256).join('\n'));
  return `${formatDay(day).replaceAll('-', '')}-${digest.digest('hex').slice(0, 8)}`;
}

/** The name of a campaign. */
export function campaignName(datasetGroup: string, kind: CampaignKind): string {
  return `${datasetGroup}-${kind}`;
}

/** The name of the solution that a run trains for a campaign. */
export function solutionName(campaign: string, label: string): string {
  return `${campaign}-${label}`;
}

/** The run date in the name of a solution that a run made for a campaign; undefined for any other. */
export function runDateOf(solution: string, campaign: string): Day | undefined {
  if (!solution.startsWith(`${campaign}-`)) return undefined;
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})-[0-9a-f]{8}$/.exec(solution.slice(campaign.length + 1)) ?? [];
  return year === undefined ? undefined : parseDay(`${year}-${month}-${day}`);
}

/** The ARN of the solution that a version is of: Personalize appends the version's id. */
export function solutionArnOf(versionArn: string): string {
  return versionArn.slice(0, versionArn.lastIndexOf('/'));
}

/** The name at the end of an ARN. */
export function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
