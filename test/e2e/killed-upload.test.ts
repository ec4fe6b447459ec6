import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { freePort } from '../../server/embedded/free-port';
import { testEnvironment } from '../support/updraft';

const MAIN = join(__dirname, '../../dist/server/main.js');
const SIZE = 40 * 1024 * 1024 + 321;
const KILLS = 10;
/** Beyond it the server may have the last byte before the signal. */
const LAST_KILL = SIZE - 16 * 1024 * 1024;
/** What the last checkpoint may be behind, what is on its way between the two processes, and a part. */
const SENT_AGAIN = 24 * 1024 * 1024;

const environment = testEnvironment({ UPDRAFT_ROLES: 'api' });
let port: number;
let store: Store;
let server: ChildProcess;
let key = '';
let said = '';

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('dist/server/main.js is not there: run `npm run build` first.');
  port = await freePort();
  store = await connectStore(environment.MONGODB_URI ?? '', { dbName: new URL(environment.MONGODB_URI ?? '').pathname.slice(1) });
  server = start();
  while (!(await isReady()) || key === '') await pause();
});

afterAll(async () => {
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
  await store.connection.dropDatabase();
  await store.close();
  rmSync(environment.UPDRAFT_DATA_DIR ?? '', { recursive: true, force: true });
});

function start(): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, UPDRAFT_HTTP_PORT: String(port) };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (text) => {
    said += text;
    key ||= /shown this once:\s+(\S+)/.exec(said)?.[1] ?? '';
  });
  return child;
}

const isReady = (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

test('R-PKG-12 an upload whose server is killed -9 at ten random bytes resumes to an identical digest', async () => {
  const bytes = randomBytes(SIZE);
  const positions = Array.from({ length: KILLS }, () => randomInt(1, LAST_KILL)).sort((a, b) => a - b);
  const offsets: { sent: number; kept: number }[] = [];
  let isKilled = false;

  async function kill(sent: number): Promise<void> {
    isKilled = true;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    const [record] = await store.collections.resumableUploads.find().toArray();
    offsets.push({ sent, kept: record?.offset ?? -1 });
    server = start();
    isKilled = false;
  }

  const url = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(bytes, {
      endpoint: `http://127.0.0.1:${port}/uploads`,
      headers: { authorization: `Bearer ${key}` },
      metadata: { filename: 'fw.bin', digest: createHash('sha256').update(bytes).digest('hex') },
      retryDelays: Array.from({ length: 1_000 }, () => 100),
      onProgress(sent) {
        if (isKilled || positions[0] === undefined || sent < positions[0]) return;
        positions.shift();
        kill(sent).catch(reject);
      },
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
    });
    upload.start();
  });

  const upload = await store.collections.resumableUploads.findOne({ _id: url.split('/').at(-1) ?? '' });
  expect(upload?.state).toBe('FINISHED');
  expect(upload?.digests).toEqual({
    md5: createHash('md5').update(bytes).digest('hex'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(offsets).toHaveLength(KILLS);
  for (const { sent, kept } of offsets) expect(sent - kept).toBeLessThan(SENT_AGAIN);
  // What the store has is what was sent, not only what went through the digests.
  const chunks = store.connection.collection('packageFiles.chunks').find({}, { sort: { n: 1 }, promoteBuffers: true });
  const stored = createHash('sha256');
  for await (const { data } of chunks) stored.update(data);
  expect(stored.digest('hex')).toBe(upload?.digests?.sha256);
});
