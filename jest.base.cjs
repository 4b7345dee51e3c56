/** @returns {import('jest').Config} */
exports.baseConfig = () => ({
  rootDir: __dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@affinity/source', 'node', 'require', 'default'] },
  transform: {
    '^.+\\.sql$': '<rootDir>/tools/jest-text-transform.cjs',
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' }],
  },
  transformIgnorePatterns: ['/node_modules/(?!@affinity/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/', '<rootDir>/.local/'],
  watchman: false,
});
