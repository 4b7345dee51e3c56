import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const layer = (name) => `layer:${name}`;
const only = (source, ...targets) => ({ sourceTag: layer(source), onlyDependOnLibsWithTags: targets.map(layer) });

/**
 * The arrows of the architecture: apps -> adapters -> kit -> contracts -> domain; testing depends on nothing. What checks and
 * rehearses the deployment reads the settings of the apps it deploys.
 */
const depConstraints = [
  only('deployment', 'app', 'adapter', 'kit', 'contracts', 'domain', 'testing'),
  only('app', 'adapter', 'kit', 'contracts', 'domain', 'testing'),
  only('adapter', 'kit', 'contracts', 'domain', 'testing'),
  only('kit', 'contracts', 'domain', 'testing'),
  only('contracts', 'domain', 'testing'),
  only('domain', 'testing'),
  only('testing'),
  { sourceTag: layer('domain'), bannedExternalImports: ['@aws-sdk/*', '@nats-io/*', '@grpc/*', 'ioredis', 'pino'] },
];

const tests = ['**/*.spec.ts', '**/*.fixture.ts', '**/test/**/*.ts', '**/bench/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'libs/contracts/src/generated/**',
      '.cache/**',
      '.local/**',
      '.nx/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'List the exported names.' },
      ],
    },
  },
  {
    files: ['libs/domain/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'fetch',
      ],
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'The domain does no I/O.' }] }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The domain has no clock but the one it is given.' },
        { object: 'Math', property: 'random', message: 'The domain has no randomness but the one it is given.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'List the exported names.' },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The domain has no clock but the one it is given.',
        },
      ],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [...tests, 'apps/demo/**', 'apps/chaos/**', 'libs/testing/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [{ name: '@affinity/testing', message: 'Only tests and the demo use the testing library.' }] },
      ],
    },
  },
  {
    // Config is the only place that reads the environment; it is handed on as a value.
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [...tests, 'apps/*/src/main.ts', 'libs/testing/**', 'libs/domain/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts hands the environment to config.' },
      ],
    },
  },
  {
    files: tests,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
