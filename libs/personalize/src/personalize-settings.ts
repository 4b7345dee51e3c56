import { type ConfigOf, defaulted, integer, optional, text, url } from '@affinity/service-kit';

/** How to reach Personalize; credentials come the AWS way and are not settings of ours. */
export const personalizeSettings = {
  personalizeEndpoint: optional({
    env: 'PERSONALIZE_ENDPOINT',
    schema: url('http', 'https'),
    doc: 'Personalize endpoint, runtime and events; only for personalize-local or a VPC endpoint',
  }),
  personalizeRegion: defaulted({
    env: 'PERSONALIZE_REGION',
    schema: text(64),
    default: 'eu-central-1',
    doc: 'AWS region of Personalize',
  }),
  personalizeTimeoutMs: defaulted({
    env: 'PERSONALIZE_TIMEOUT_MS',
    schema: integer(10, 60_000),
    default: '3000',
    doc: 'Milliseconds after which a request to Personalize counts as lost, whatever its caller could still wait',
  }),
};

/** The validated values of {@link personalizeSettings}. */
export type PersonalizeConfig = ConfigOf<typeof personalizeSettings>;
