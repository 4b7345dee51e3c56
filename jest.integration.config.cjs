const { baseConfig } = require('./jest.base.cjs');

/** Integration tests: one project against real servers, which global set-up starts once. @type {import('jest').Config} */
module.exports = {
  ...baseConfig(),
  testMatch: ['<rootDir>/{apps,libs}/*/test/integration/**/*.test.ts'],
  globalSetup: '<rootDir>/libs/testing/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/jest-global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 3,
};
