import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreatePackageDocument, type UpdraftClient, type Upload, type UploadProgress, unwrap } from '@updraft/client';
import { administrator } from '../../support/core-parts';
import { startTestApi, type TestApi } from '../support/test-api';
import { aLine, type Line } from './a-line';

let api: TestApi;
let line: Line;
const folder = mkdtempSync(join(tmpdir(), 'updraft-client-'));
beforeAll(async () => {
  api = await startTestApi({ limits: { uploadsPerKey: 5 } });
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  line = await aLine(api);
});
beforeEach(() => line.mend());
afterEach(() => api.store.collections.resumableUploads.deleteMany({}));
afterAll(async () => {
  await line.stop();
  await api.stop();
  rmSync(folder, { recursive: true });
});

const operator = (): UpdraftClient => line.client({ credentials: { apiKey: api.keys.operator } });
const bytes = randomBytes(6 * 1024 * 1024);
const sha256 = createHash('sha256').update(bytes).digest('hex');

function aFile(): string {
  const path = join(folder, 'fw.bin');
  writeFileSync(path, bytes);
  return path;
}

/** Settles at the first progress for which it holds. */
function until({ progress }: Upload, holds: (now: UploadProgress) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds(progress.get())) return;
      stop();
      resolve();
    };
    const stop = progress.subscribe(look);
    look();
  });
}

async function packageOf(client: UpdraftClient, uploadId: string, version: string) {
  const { createPackage } = unwrap(
    await client.mutate(CreatePackageDocument, { input: { uploadId, productKey: 'meter', name: 'firmware', version } }),
  );
  return createPackage.package?.files;
}

test('R-UI-6: an upload goes on where its line was cut, and becomes a package', async () => {
  const client = operator();
  const upload = client.upload(createReadStream(aFile()), { filename: 'fw.bin', digest: sha256 });
  const states = new Set<string>();
  upload.progress.subscribe(() => states.add(upload.progress.get().state));
  await until(upload, ({ sent }) => sent > 0);
  line.cut();
  await until(upload, ({ state }) => state === 'waiting');
  line.mend();
  const { uploadId } = unwrap(await upload.done);
  expect(upload.progress.get()).toEqual({ state: 'done', sent: bytes.length, size: bytes.length });
  expect([...states]).toEqual(expect.arrayContaining(['sending', 'waiting', 'done']));
  expect(await packageOf(client, uploadId, '2.0.0')).toEqual([{ name: 'fw.bin', size: bytes.length, sha256 }]);
});

test('R-UI-6: an upload is paused and goes on', async () => {
  const client = operator();
  const upload = client.upload(bytes, { filename: 'fw.bin' });
  await upload.pause();
  expect(upload.progress.get().state).toBe('paused');
  upload.resume();
  await until(upload, ({ sent }) => sent > 0);
  await upload.pause();
  upload.resume();
  const { uploadId } = unwrap(await upload.done);
  expect(await packageOf(client, uploadId, '2.1.0')).toEqual([{ name: 'fw.bin', size: bytes.length, sha256 }]);
});

test('R-UI-6: an upload that is refused says why, and one that is given up is forgotten', async () => {
  const client = operator();
  expect(await client.upload(bytes, { filename: 'fw.exe' }).done).toMatchObject({
    reason: 'refused',
    status: 415,
    problems: [{ code: 'FILE_FORMAT' }],
  });
  expect(await client.upload(bytes, { filename: 'fw.bin', digest: 'none' }).done).toMatchObject({ reason: 'refused', status: 422 });
  expect(await line.client({ credentials: { apiKey: 'updraft_none' } }).upload(bytes, { filename: 'fw.bin' }).done).toMatchObject({
    reason: 'not-signed-in',
  });
  const given = new AbortController();
  const upload = client.upload(bytes, { filename: 'fw.bin', signal: given.signal });
  await until(upload, ({ sent }) => sent > 0);
  given.abort();
  expect(await upload.done).toMatchObject({ reason: 'canceled' });
  await upload.cancel();
  expect(await api.store.collections.resumableUploads.countDocuments({ usedBy: null })).toBe(0);
});
