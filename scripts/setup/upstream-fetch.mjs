// Run by upstream-download.mjs: `url|get mongod|temporal VERSION DIRECTORY`.
const [task, name, version, directory] = process.argv.slice(2);

const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];

const fetchers = {
  mongod: {
    async url() {
      const { DryMongoBinary } = await import('mongodb-memory-server-core/lib/util/DryMongoBinary.js');
      const { MongoBinaryDownloadUrl } = await import('mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js');
      return new MongoBinaryDownloadUrl(await DryMongoBinary.generateOptions({ version })).getDownloadUrl();
    },
    async get() {
      const { MongoBinary } = await import('mongodb-memory-server-core/lib/util/MongoBinary.js');
      await MongoBinary.getPath({ version, downloadDir: directory, checkMD5: true });
    },
  },
  temporal: {
    async url() {
      return `https://temporal.download/cli/${version}?platform=${platform}&arch=${arch}&format=tar.gz`;
    },
    async get() {
      const { TestWorkflowEnvironment } = await import('@temporalio/testing');
      // It can only download by starting a server, which is ended at once.
      const env = await TestWorkflowEnvironment.createLocal({
        server: { executable: { type: 'cached-download', version, downloadDir: directory } },
      });
      await env.teardown();
    },
  },
};

const result = await fetchers[name][task]();
if (result) process.stdout.write(`${result}\n`);
process.exit(0);
