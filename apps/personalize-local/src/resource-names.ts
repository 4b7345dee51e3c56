/** What the resources of the default dataset group are named after. */
export interface ResourceOwner {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly datasetGroup: string;
}

/** The ARNs of the default resources. */
export interface ResourceNames {
  readonly datasetGroup: string;
  /** Campaign of a USER_PERSONALIZATION recipe. */
  readonly visitorCampaign: string;
  /** Campaign of a RELATED_ITEMS recipe. */
  readonly relatedCampaign: string;
  /** Campaign of a PERSONALIZED_RANKING recipe. */
  readonly rankingCampaign: string;
  readonly itemsDataset: string;
  readonly usersDataset: string;
  readonly interactionsDataset: string;
  readonly eventTracker: string;
  readonly solution: string;
}

/** Makes the ARN of a resource, such as `campaign/my-campaign`. */
export type ArnMaker = (resource: string) => string;

/** ARNs of an account and region, such as `arn:aws:personalize:eu-central-1:000000000000:campaign/my-campaign`. */
export function arnMaker({ region, accountId }: Pick<ResourceOwner, 'region' | 'accountId'>): ArnMaker {
  return (resource) => `arn:aws:personalize:${region}:${accountId}:${resource}`;
}

/** The ARNs of the default resources, such as `…:campaign/affinity-user-personalization` and `…:dataset/affinity/ITEMS`. */
export function resourceNames(owner: ResourceOwner): ResourceNames {
  const arn = arnMaker(owner);
  const { datasetGroup } = owner;
  return {
    datasetGroup: arn(`dataset-group/${datasetGroup}`),
    visitorCampaign: arn(`campaign/${datasetGroup}-user-personalization`),
    relatedCampaign: arn(`campaign/${datasetGroup}-related-items`),
    rankingCampaign: arn(`campaign/${datasetGroup}-personalized-ranking`),
    itemsDataset: arn(`dataset/${datasetGroup}/ITEMS`),
    usersDataset: arn(`dataset/${datasetGroup}/USERS`),
    interactionsDataset: arn(`dataset/${datasetGroup}/INTERACTIONS`),
    eventTracker: arn(`event-tracker/${datasetGroup}`),
    solution: arn(`solution/${datasetGroup}`),
  };
}
