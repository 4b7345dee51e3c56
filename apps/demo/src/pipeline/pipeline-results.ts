/** What `affinity train` prints, as far as it is judged here. */
export interface Trained {
  readonly campaigns: readonly { readonly campaign: string; readonly outcome: string; readonly ndcgAt25?: number }[];
}

/** What `affinity rebuild --verify` prints, as far as it is judged here. */
export interface Rebuilt {
  readonly verification: {
    readonly equal: number;
    readonly differing: number;
    readonly missing: number;
    readonly surplus: number;
  };
}

/** Whether something held, and the numbers that show it. */
export type Judged = readonly [held: boolean, detail: string];

/** Whether a version of this run serves each campaign. */
export function isEveryCampaignTrained({ campaigns }: Trained): Judged {
  const details = campaigns.map(
    ({ campaign, outcome, ndcgAt25 }) => `${campaign} ${outcome}, NDCG ${ndcgAt25?.toFixed(3)}`,
  );
  const held = campaigns.length > 0 && campaigns.every(({ outcome }) => outcome === 'promoted');
  return [held, details.join('; ')];
}

/** Whether each of so many user-days is the same in both generations, and there are no others. */
export function isEveryDayEqual({ verification }: Rebuilt, userDays: number): Judged {
  const { equal, differing, missing, surplus } = verification;
  const held = equal === userDays && userDays > 0 && differing + missing + surplus === 0;
  return [held, `${equal} of ${userDays} equal, ${differing} differing, ${missing} missing, ${surplus} surplus`];
}
