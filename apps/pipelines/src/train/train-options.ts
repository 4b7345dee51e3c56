import type { Day } from '@affinity/domain';
import type { MutableObjectStore } from '@affinity/lake';
import type { PersonalizeControl } from '@affinity/personalize';
import type { Patience } from './reach';
import type { CampaignKind } from './run-names';

/** What to train, and with what. */
export interface TrainOptions extends Patience {
  readonly control: PersonalizeControl;
  readonly store: MutableObjectStore;
  /** The bucket that `store` stands for: Personalize reads it by itself. */
  readonly bucket: string;
  readonly datasetGroup: string;
  /** The role by which it does. */
  readonly roleArn: string;
  /** The run date of the export. */
  readonly day: Day;
  readonly campaigns: readonly CampaignKind[];
  /** Share of the serving version's NDCG that a new version may lack; 0 to 1. */
  readonly maxNdcgLoss: number;
  /** Trained solutions to keep of each campaign, the serving one included. */
  readonly keep: number;
}

/** How a dataset came to its data. */
export interface ImportReport {
  readonly dataset: string;
  readonly key: string;
  readonly rows: number;
  readonly job: string;
  readonly outcome: 'imported' | 'imported before';
}

/**
 * What became of a campaign. `serving`: it served the version already. `kept`: the version before serves on, because the new one
 * is worse or was not measured. `superseded`: it serves a version of a later run date. `failed`: as `reason` says.
 */
export interface CampaignReport {
  readonly campaign: string;
  readonly outcome: 'promoted' | 'serving' | 'kept' | 'superseded' | 'failed';
  /** The version of this run, once it is trained. */
  readonly version?: string;
  readonly ndcgAt25?: number;
  /** The version that served before, and that serves on unless the new one was promoted. */
  readonly before?: string;
  readonly ndcgAt25Before?: number;
  readonly reason?: string;
  readonly deletedSolutions: readonly string[];
}

/** What a run did. */
export interface TrainReport {
  readonly runDate: string;
  /** See runLabel. */
  readonly run: string;
  readonly datasetGroup: string;
  readonly imports: readonly ImportReport[];
  readonly campaigns: readonly CampaignReport[];
}
