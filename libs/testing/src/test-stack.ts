import { type ServiceAddresses } from './backing-service';

/** Carries the addresses of the shared stack to the processes of a test run. */
export const TEST_STACK_VARIABLE = 'AFFINITY_TEST_STACK';

/** Whether this is a run of the integration tests. */
export function isTestStackRunning(): boolean {
  return process.env[TEST_STACK_VARIABLE] !== undefined;
}

/**
 * The servers that all integration tests of a run share: use names of your own for streams, tables, keys and buckets, and
 * leave them running. A test that needs to kill one starts a stack of its own.
 * Throws outside a run of the integration tests.
 */
export function testStack(): ServiceAddresses {
  const text = process.env[TEST_STACK_VARIABLE];
  if (text === undefined) {
    throw new Error('there is no test stack: run through jest.integration.config.cjs, whose global set-up starts one');
  }
  return JSON.parse(text) as ServiceAddresses;
}
