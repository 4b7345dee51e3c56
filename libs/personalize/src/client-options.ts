import type { PersonalizeConfig } from './personalize-settings';

/**
 * Options of every client: one attempt a call, because retries, back-off and circuits are decided where the deadline is
 * known, and limits on time and connections, because the AWS client has none.
 */
export function clientOptions({ personalizeEndpoint, personalizeRegion, personalizeTimeoutMs }: PersonalizeConfig) {
  const agent = { keepAlive: true, maxSockets: 128 };
  return {
    region: personalizeRegion,
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: personalizeTimeoutMs,
      throwOnRequestTimeout: true,
      connectionTimeout: Math.min(1_000, personalizeTimeoutMs),
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(personalizeEndpoint === undefined ? {} : { endpoint: personalizeEndpoint }),
  };
}
