import type { LakeConfig } from '@affinity/lake';
import type { PersonalizeControlConfig } from '@affinity/personalize';
import { ConfigError } from '@affinity/service-kit';

/** What Personalize works on, and how it reads the lake. */
export interface PersonalizeAccess {
  readonly datasetGroup: string;
  readonly roleArn: string;
  /** The bucket of the lake. */
  readonly bucket: string;
}

/** The access to Personalize that the settings give. Throws ConfigError with all that is missing. */
export function personalizeAccess({
  personalizeDatasetGroup: datasetGroup,
  personalizeRoleArn: roleArn,
  lakeDestination,
}: PersonalizeControlConfig & Pick<LakeConfig, 'lakeDestination'>): PersonalizeAccess {
  const bucket = lakeDestination.kind === 's3' ? lakeDestination.bucket : undefined;
  const problems = [
    ...(datasetGroup === undefined ? ['AFFINITY_PERSONALIZE_DATASET_GROUP is required'] : []),
    ...(roleArn === undefined ? ['AFFINITY_PERSONALIZE_ROLE_ARN is required'] : []),
    ...(bucket === undefined ? ['AFFINITY_LAKE_DESTINATION must be s3://BUCKET: Personalize reads nothing else'] : []),
  ];
  if (datasetGroup !== undefined && roleArn !== undefined && bucket !== undefined)
    return { datasetGroup, roleArn, bucket };
  throw new ConfigError(problems);
}
