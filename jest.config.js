const swc = JSON.parse(require('node:fs').readFileSync(`${__dirname}/.swcrc.json`, 'utf8'));

/** Packages published as ES modules only; swc turns them into CommonJS for Jest. */
const esmOnly = [
  'aedes',
  'aedes-.*',
  'jose',
  'p-retry',
  'is-network-error',
  'hyperid',
  'mqemitter',
  'mqemitter-.*',
  'log-update',
  '@tus/.*',
  'srvx',
];

/** CommonJS, but with a dynamic `import()`, which Jest's sandbox takes only when transformed: the MongoDB driver, wherever npm puts it. */
const importing = ['mongodb', 'mongoose/node_modules/mongodb'];

const shared = {
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.updraft'],
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: [`/node_modules/(?!(${[...esmOnly, ...importing].join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** @type {import('jest').Config} */
module.exports = {
  // An end to waiting, not a measure: machines are slow in their own ways.
  testTimeout: 300_000,
  maxWorkers: 2,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/{unit,devices}/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/{contract,api,gateway,workflow,e2e}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
