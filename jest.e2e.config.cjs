const { baseConfig } = require('./jest.base.cjs');

/** End-to-end tests: all services as processes. @type {import('jest').Config} */
module.exports = {
  ...baseConfig(),
  testMatch: ['<rootDir>/apps/*/test/e2e/**/*.test.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
