import { type ConfigOf, optional } from '@affinity/service-kit';
import { z } from 'zod';

/** Names of what is made are the dataset group's with up to 39 characters more; Personalize allows 63. */
const groupName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,23}$/,
    'must be 1 to 24 letters, digits, - or _, and begin with a letter or digit',
  );

/** What is trained in Personalize, and how it reads the lake. */
export const personalizeControlSettings = {
  personalizeDatasetGroup: optional({
    env: 'PERSONALIZE_DATASET_GROUP',
    schema: groupName,
    doc: 'Dataset group to train and to delete users from; without it nothing is asked of Personalize',
  }),
  personalizeRoleArn: optional({
    env: 'PERSONALIZE_ROLE_ARN',
    schema: z.string().regex(/^arn:[a-z\d-]+:iam::\d{12}:role\/.+$/, 'must be the ARN of a role'),
    doc: 'Role by which Personalize reads the bucket of the lake',
  }),
};

/** The validated values of {@link personalizeControlSettings}. */
export type PersonalizeControlConfig = ConfigOf<typeof personalizeControlSettings>;
