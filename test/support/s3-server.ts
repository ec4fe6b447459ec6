import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { S3Settings } from '../../core/package-store/s3-store';
import { freePort } from '../../server/embedded/free-port';
import { spawnGuarded } from '../../server/embedded/guarded-child';
import { type PythonLibrary, pythonLibrary } from './python-library';

export interface TestS3 {
  /** Of a bucket of its own. */
  settings: S3Settings;
  stop(): Promise<void>;
}

const HELP =
  'What helps: python3 (3.10 or newer) with pip, which installs moto by itself; or name a running S3-compatible server with UPDRAFT_TEST_S3_ENDPOINT.';

const MOTO: PythonLibrary = {
  directory: 'moto-5.2.1',
  title: 'moto, the S3 server of the tests (20 MB)',
  requirements: join(__dirname, 'moto-requirements.txt'),
  only: 'wheels',
  help: HELP,
};

/** The server that UPDRAFT_TEST_S3_ENDPOINT names, or moto, installed once into the cache. Throws when neither can be had: the tests need one. */
export async function startTestS3(env: NodeJS.ProcessEnv = process.env): Promise<TestS3> {
  const named = env.UPDRAFT_TEST_S3_ENDPOINT;
  // What the SDK says of Node's version is about its releases to come, and nothing a test finds out.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const server = named ? { endpoint: named, stop: async () => undefined } : await startMoto(env);
  const settings: S3Settings = {
    endpoint: server.endpoint,
    bucket: `updraft-test-${Date.now().toString(36)}`,
    region: 'us-east-1',
    credentials: {
      accessKeyId: env.UPDRAFT_TEST_S3_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: env.UPDRAFT_TEST_S3_SECRET_ACCESS_KEY ?? 'test',
    },
    forcePathStyle: true,
  };
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client(settings);
  await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  client.destroy();
  return { settings, stop: server.stop };
}

async function startMoto(env: NodeJS.ProcessEnv): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const library = await pythonLibrary(MOTO, env);
  const port = await freePort();
  const logDirectory = mkdtempSync(join(tmpdir(), 'updraft-s3-'));
  const childEnv = { ...env, PYTHONPATH: library, PYTHONDONTWRITEBYTECODE: '' };
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const child = await spawnGuarded('python3', args, childEnv, join(logDirectory, 'moto.log'));
  const endpoint = `http://127.0.0.1:${port}`;
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  while (!ended && !(await answers(endpoint))) await delay(100);
  if (ended) throw new Error(`The S3 server of the tests (moto) did not start; its log is in ${logDirectory}.\n${HELP}`);
  return {
    endpoint,
    async stop() {
      child.kill('SIGKILL');
      await child.exited;
      rmSync(logDirectory, { recursive: true, force: true });
    },
  };
}

const answers = (endpoint: string): Promise<boolean> =>
  fetch(`${endpoint}/moto-api/`).then(
    ({ ok }) => ok,
    () => false,
  );
