const { baseConfig } = require('./jest.base.cjs');

/** Specs: no I/O, no servers. @type {import('jest').Config} */
module.exports = { ...baseConfig(), testMatch: ['<rootDir>/{apps,libs}/*/src/**/*.spec.ts'] };
