/** What the resources of the one dataset group are named after. */
export interface ResourceOwner {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly datasetGroup: string;
}

/** The fixed resources: what a control plane would have made. */
export interface ResourceNames {
  /** Campaign of a USER_PERSONALIZATION recipe. */
  readonly visitorCampaign: string;
  /** Campaign of a RELATED_ITEMS recipe. */
  readonly relatedCampaign: string;
  /** Campaign of a PERSONALIZED_RANKING recipe. */
  readonly rankingCampaign: string;
  readonly itemsDataset: string;
  readonly usersDataset: string;
}

/**
 * The ARNs, such as `arn:aws:personalize:eu-central-1:000000000000:campaign/affinity-user-personalization` and
 * `arn:aws:personalize:eu-central-1:000000000000:dataset/affinity/ITEMS`.
 */
export function resourceNames({ region, accountId, datasetGroup }: ResourceOwner): ResourceNames {
  const arn = (resource: string): string => `arn:aws:personalize:${region}:${accountId}:${resource}`;
  return {
    visitorCampaign: arn(`campaign/${datasetGroup}-user-personalization`),
    relatedCampaign: arn(`campaign/${datasetGroup}-related-items`),
    rankingCampaign: arn(`campaign/${datasetGroup}-personalized-ranking`),
    itemsDataset: arn(`dataset/${datasetGroup}/ITEMS`),
    usersDataset: arn(`dataset/${datasetGroup}/USERS`),
  };
}
