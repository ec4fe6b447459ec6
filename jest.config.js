const { existsSync, readFileSync } = require('node:fs');

const swc = JSON.parse(readFileSync(`${__dirname}/.swcrc.json`, 'utf8'));

/** Packages published as ES modules only; swc turns them into CommonJS for Jest. */
const esmOnly = [
  'aedes',
  'aedes-.*',
  'jose',
  'openid-client',
  'oauth4webapi',
  'cbor2',
  '@cto.af/.*',
  'p-retry',
  'is-network-error',
  'hyperid',
  'mqemitter',
  'mqemitter-.*',
  'log-update',
  '@tus/.*',
  '@0no-co/graphql\\.web',
  'srvx',
];

/** CommonJS, but with a dynamic `import()`, which Jest's sandbox takes only when transformed: the MongoDB driver, wherever npm puts it. */
const importing = ['mongodb', 'mongoose/node_modules/mongodb'];

/** Tests beside those of one process that start programs, an external broker or a browser. */
const startingPrograms = [
  'gateway/broker-hook',
  'gateway/transports',
  'gateway/external-broker',
  'gateway/external-children',
  'api/browser',
  'api/browser-sign-in',
  'api/client/package',
  'unit/docs/commands',
  'unit/docs/examples',
].map((path) => `<rootDir>/test/${path}.test.ts`);
for (const path of startingPrograms)
  if (!existsSync(path.replace('<rootDir>', __dirname))) throw new Error(`${path} is named in jest.config.js, and is not there.`);

const testsIn = (...folders) => [`<rootDir>/test/{${folders.join(',')},}/**/*.test.ts`];

const shared = {
  testEnvironment: '<rootDir>/test/support/setup/environment.js',
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/client/dist', '<rootDir>/.updraft'],
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: [`/node_modules/(?!(${[...esmOnly, ...importing].join('|')})/)`],
  moduleNameMapper: { '^@updraft/client$': '<rootDir>/client/src/index.ts', '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalTeardown: '<rootDir>/test/support/setup/end.ts',
};

/** @type {(displayName: string, setup: string, folders: string[], options: object) => import('jest').Config} */
const project = (displayName, setup, folders, options = { testPathIgnorePatterns: startingPrograms }) => ({
  ...shared,
  displayName,
  globalSetup: `<rootDir>/test/support/setup/${setup}.ts`,
  testMatch: testsIn(...folders),
  ...options,
});

/** By what the tests need; each project starts that and no more. @type {import('jest').Config} */
module.exports = {
  // An end to waiting, not a measure: machines are slow in their own ways.
  testTimeout: 900_000,
  // More than the cores that it is made for: many end-to-end tests wait most of their time.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/support/setup/sequencer.js',
  // Modules of the files before stay in a worker's heap: one that collects garbage for seconds is a platform and a fleet that stand still.
  workerIdleMemoryLimit: '1GB',
  projects: [
    project('unit', 'unit', ['unit', 'devices', 'gateway']),
    project('store', 'store', ['contract', 'api']),
    project('engine', 'engine', ['workflow']),
    { ...project('e2e', 'engine', ['e2e'], {}), testMatch: [...testsIn('e2e', 'console'), ...startingPrograms] },
  ],
};
