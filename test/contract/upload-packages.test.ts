import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { NewPackage } from '../../core/packages/contract';
import { createUploadService } from '../../core/uploads/service';
import { operator, refusal, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { useStore } from '../support/store';

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
beforeEach(async () => {
  files = fakePackageStore();
  await store.collections.products.insertOne({ _id: 'meter', name: 'Water meter', dialect: 'LINK', createdAt: new Date() });
});

const serviceWith = () =>
  createUploadService({
    connection: store.connection,
    collections: store.collections,
    files,
    settings: settingsWith(),
    clock: () => new Date(),
  });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const stream = (bytes: Buffer): Readable => Readable.from([bytes], { objectMode: false });
const input = (fields: Partial<NewPackage> = {}): NewPackage => ({ productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...fields });

async function uploaded(bytes: Buffer, fileName = 'fw.bin'): Promise<string> {
  const uploads = serviceWith();
  const { _id } = await uploads.create(operator, { fileName, size: bytes.length });
  await uploads.append(operator, _id, 0, stream(bytes));
  return _id;
}

test('R-PKG-12 a package is made of a finished upload, once', async () => {
  const bytes = randomBytes(100_000);
  const id = await uploaded(bytes);
  const made = await serviceWith().createPackage(operator, input(), [id]);
  expect(made.files).toEqual([expect.objectContaining({ fileId: id, name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) })]);
  expect(await store.collections.resumableUploads.countDocuments()).toBe(0);
  expect(await refusal(serviceWith().createPackage(operator, input({ version: '3.0.0' }), [id]))).toEqual([
    { code: 'UPLOAD_UNKNOWN', field: 'uploadId' },
  ]);
  expect(files.fileIds()).toEqual([id]);
});

test('R-PKG-12 of two packages that ask for an upload one gets it', async () => {
  const id = await uploaded(randomBytes(100_000));
  const made = await Promise.allSettled(
    ['2.0.0', '3.0.0'].map((version) => serviceWith().createPackage(operator, input({ version }), [id])),
  );
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await store.collections.packages.countDocuments()).toBe(1);
});

test('R-PKG-12 R-UI-1 calls at once with one idempotency key are one call, and get one answer', async () => {
  const ids = [await uploaded(randomBytes(300_000), 'one.bin'), await uploaded(randomBytes(300_000), 'two.bin')];
  const same = { ...input(), idempotencyKey: 'once' };
  const made = await Promise.all(Array.from({ length: 4 }, () => serviceWith().createPackage(operator, same, ids)));
  expect(new Set(made.map(({ _id }) => _id)).size).toBe(1);
  expect(await store.collections.packages.countDocuments()).toBe(1);
  const none = serviceWith().createPackage(operator, { ...input({ version: '3.0.0' }), idempotencyKey: 'another' }, ids);
  expect(await refusal(none)).toEqual([{ code: 'UPLOAD_UNKNOWN', field: 'uploadIds[0]' }]);
});

test('R-PKG-12 a refused package leaves the upload, to be used with another input', async () => {
  const id = await uploaded(Buffer.from('firmware'));
  expect(await refusal(serviceWith().createPackage(operator, input({ version: 'with a blank' }), [id]))).toEqual([
    { code: 'INVALID_FORMAT', field: 'version' },
  ]);
  const other = await refusal(serviceWith().createPackage(operator, input({ declaredDigest: 'b'.repeat(32) }), [id]));
  expect(other).toEqual([{ code: 'DIGEST_MISMATCH', field: 'digest' }]);
  await expect(serviceWith().createPackage(operator, input(), [id])).resolves.toMatchObject({ version: '2.0.0' });
});

test('R-PKG-10 R-PKG-12 a package of several uploads has a file of each, or of none', async () => {
  const ids = [await uploaded(Buffer.from('one'), 'one.bin'), await uploaded(Buffer.from('two'), 'two.bin')];
  expect(await refusal(serviceWith().createPackage(operator, input(), [...ids, 'nobody']))).toEqual([
    { code: 'UPLOAD_UNKNOWN', field: 'uploadIds[2]' },
  ]);
  const made = await serviceWith().createPackage(operator, input(), ids);
  expect(made.files.map(({ fileId, name }) => [fileId, name])).toEqual([
    [ids[0], 'one.bin'],
    [ids[1], 'two.bin'],
  ]);
  expect(await refusal(serviceWith().createPackage(operator, input({ version: '3.0.0' }), []))).toEqual([
    expect.objectContaining({ code: 'FILE_MISSING' }),
  ]);
});

test('R-PKG-7 R-PKG-12 a signature that comes with an upload is checked when the package is made', async () => {
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: 4, signature: Buffer.alloc(64).toString('base64') });
  await serviceWith().append(operator, _id, 0, stream(Buffer.alloc(4)));
  expect(await refusal(serviceWith().createPackage(operator, input(), [_id]))).toEqual([
    { code: 'SIGNING_KEY_MISSING', field: 'signature' },
  ]);
});

test('R-PKG-2 R-PKG-12 an archive that ends early is refused when the package is made, as when it comes in one piece', async () => {
  const tar = Buffer.alloc(1_000);
  tar.write('ustar', 257);
  const id = await uploaded(tar, 'fw.tar');
  expect(await refusal(serviceWith().createPackage(operator, input(), [id]))).toEqual([{ code: 'FILE_FORMAT', field: 'file' }]);
});

test('R-PKG-12 an unfinished upload makes no package', async () => {
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: 10 });
  await serviceWith().append(operator, _id, 0, stream(Buffer.alloc(4)));
  expect(await refusal(serviceWith().createPackage(operator, input(), [_id]))).toEqual([{ code: 'UPLOAD_UNFINISHED', field: 'uploadId' }]);
});

test('R-UI-1 the same idempotency key and input give the same package, another input is refused', async () => {
  const id = await uploaded(Buffer.from('firmware'));
  const wanted = { ...input(), idempotencyKey: 'k1' };
  const made = await serviceWith().createPackage(operator, wanted, [id]);
  expect((await serviceWith().createPackage(operator, wanted, [id]))._id).toBe(made._id);
  const changed = serviceWith().createPackage(operator, { ...wanted, version: '9.0.0' }, [id]);
  expect(await refusal(changed)).toEqual([{ code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey' }]);
});
