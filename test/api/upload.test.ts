import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { tarEntry, tarOf } from '../support/archives';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const LIMIT = 256 * 1024;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ limits: { fileBytes: LIMIT } });
  await api.core.products.create(operator, { key: 'upA1', name: 'Meters' });
});
afterAll(() => api.stop());
afterEach(() => api.store.collections.packages.deleteMany({}));

interface Body {
  id?: string;
  files?: object[];
  errors?: { code: string; field: string; message: string; hint: string }[];
}

async function send(
  body: FormData | string,
  key = api.keys.operator,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${api.url}/packages`, { method: 'POST', body, headers: { authorization: `Bearer ${key}`, ...headers } });
  return { status: response.status, body: (await response.json()) as Body };
}

function form(
  fields: Record<string, string> = {},
  file: { name: string; bytes: string } | null = { name: 'fw.bin', bytes: 'firmware' },
): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'upA1', name: 'firmware', version: '2.0.0', ...fields })) data.set(name, value);
  if (file) data.set('file', new Blob([file.bytes]), file.name);
  return data;
}

const kept = async () => [await api.store.collections.packages.countDocuments({}), api.files.fileIds().length];

test('R-PKG-1 an upload is answered with the package', async () => {
  const bytes = 'x'.repeat(200_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { status, body } = await send(
    form({ description: 'first', customInfo: 'for the device', digestAlgorithm: 'SHA256', digest: sha256 }, { name: 'fw.bin', bytes }),
  );
  expect(status).toBe(201);
  expect(body).toMatchObject({
    id: expect.any(String),
    productKey: 'upA1',
    module: 'default',
    version: '2.0.0',
    files: [{ name: 'fw.bin', size: 200_000, sha256, md5: expect.any(String) }],
  });
  expect(
    (await api.ask('query ($id: ID!) { package(id: $id) { version customInfo files { size } } }', { id: body.id })).data.package,
  ).toEqual({
    version: '2.0.0',
    customInfo: 'for the device',
    files: [{ size: 200_000 }],
  });
});

const files = (count: number, fields: Record<string, string> = {}): FormData => {
  const data = form(fields, null);
  for (let index = 0; index < count; index += 1) data.append('file', new Blob([`file ${index}`]), `part-${index}.bin`);
  return data;
};
const tar = tarOf(tarEntry('fw', Buffer.alloc(1_024, 'x')));
const withFile = (data: FormData, bytes: string, name: string): FormData => {
  data.append('file', new Blob([bytes]), name);
  return data;
};
const appended = (name: string, values: string[]): FormData => {
  const data = form({}, null);
  for (const value of values) data.append(name, value);
  return withFile(data, 'firmware', 'fw.bin');
};
const fieldAfterFile = (): FormData => {
  const data = form();
  data.append('digest', '0'.repeat(64));
  return data;
};

test.each<[string, () => FormData, number, string]>([
  ['no file', () => form({}, null), 400, 'FILE_MISSING'],
  ['twenty-one files', () => files(21), 422, 'TOO_MANY'],
  ['a second file that is no firmware', () => withFile(form(), '', 'second.bin'), 422, 'FILE_EMPTY'],
  ['a second file of the same name', () => withFile(form(), 'second', 'fw.bin'), 422, 'INVALID_FORMAT'],
  ['a second file above the limit', () => withFile(form(), 'x'.repeat(LIMIT + 1), 'second.bin'), 413, 'FILE_TOO_LARGE'],
  ['more digests than files', () => appended('digest', ['', '0'.repeat(64)]), 422, 'INVALID_FORMAT'],
  [
    'a wrong digest of the second file',
    () => withFile(appended('digest', ['', '0'.repeat(64)]), 'second', 'second.bin'),
    422,
    'DIGEST_MISMATCH',
  ],
  ['a signature that nobody can check', () => form({ signature: 'c2lnbmF0dXJl' }), 422, 'SIGNING_KEY_MISSING'],
  ['a difference to nothing', () => form({ kind: 'DIFFERENTIAL' }), 400, 'REQUIRED'],
  ['a kind there is not', () => form({ kind: 'HALF' }), 422, 'INVALID_FORMAT'],
  ['a name of three characters', () => form({ name: 'fw1' }), 422, 'INVALID_FORMAT'],
  ['a name of 33 characters', () => form({ name: 'f'.repeat(33) }), 422, 'INVALID_FORMAT'],
  ['a version with a blank', () => form({ version: '2 0' }), 422, 'INVALID_FORMAT'],
  [
    'a tar archive that ends early',
    () => form({}, { name: 'fw.tar', bytes: tar.subarray(0, 1_500).toString('latin1') }),
    415,
    'FILE_FORMAT',
  ],
  ['an empty file', () => form({}, { name: 'fw.bin', bytes: '' }), 422, 'FILE_EMPTY'],
  ['a file above the limit', () => form({}, { name: 'fw.bin', bytes: 'x'.repeat(LIMIT + 1) }), 413, 'FILE_TOO_LARGE'],
  ['a file far above the limit', () => form({}, { name: 'fw.bin', bytes: 'x'.repeat(8 * LIMIT) }), 413, 'FILE_TOO_LARGE'],
  ['a format that is not taken', () => form({}, { name: 'fw.exe', bytes: 'MZ' }), 415, 'FILE_FORMAT'],
  ['a .zip that is none', () => form({}, { name: 'fw.zip', bytes: 'x'.repeat(1_000) }), 415, 'FILE_FORMAT'],
  ['a wrong digest', () => form({ digest: '0'.repeat(64) }), 422, 'DIGEST_MISMATCH'],
  ['an unknown product', () => form({ productKey: 'none' }), 422, 'PRODUCT_UNKNOWN'],
  ['no version', () => form({ version: '' }), 400, 'REQUIRED'],
  ['a field that is not known', () => form({ colour: 'red' }), 422, 'INVALID_FORMAT'],
  ['a field after the file', fieldAfterFile, 422, 'INVALID_FORMAT'],
  ['a field that is too long', () => form({ description: 'x'.repeat(5_000) }), 422, 'INVALID_FORMAT'],
  ['a field of more bytes than any has', () => form({ description: 'x'.repeat(30_000) }), 422, 'INVALID_FORMAT'],
  ['customInfo of one character too many', () => form({ customInfo: 'é'.repeat(4_097) }), 422, 'INVALID_FORMAT'],
])('R-PKG-2 an upload with %s is refused, and nothing is kept', async (_name, data, status, code) => {
  const before = await kept();
  const answer = await send(data());
  expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([status, code]);
  expect(answer.body.errors?.[0]).toMatchObject({ field: expect.any(String), message: expect.any(String), hint: expect.any(String) });
  expect(await kept()).toEqual(before);
});

test('R-PKG-1 the same module and version twice is a conflict', async () => {
  expect((await send(form({ version: '3.0.0' }))).status).toBe(201);
  const second = await send(form({ version: '3.0.0' }));
  expect([second.status, second.body.errors?.[0]?.code]).toEqual([409, 'PACKAGE_EXISTS']);
});

test('R-PKG-1 a viewer may not upload', async () => {
  const { status, body } = await send(form(), api.keys.viewer);
  expect([status, body.errors?.[0]?.code]).toEqual([403, 'NOT_ALLOWED']);
});

test('R-PKG-1 what is no form is refused with 415', async () => {
  const { status, body } = await send('{}', api.keys.operator, { 'content-type': 'application/json' });
  expect([status, body.errors?.[0]?.field]).toEqual([415, 'Content-Type']);
});

const head = (length: number): string =>
  [
    'POST /packages HTTP/1.1',
    'Host: updraft',
    `Authorization: Bearer ${api.keys.operator}`,
    'Content-Type: multipart/form-data; boundary=cut',
    `Content-Length: ${length}`,
    '',
    ...['productKey=upA1', 'name=firmware', 'version=9.0.0'].flatMap((field) => {
      const [name, value] = field.split('=');
      return ['--cut', `Content-Disposition: form-data; name="${name}"`, '', value];
    }),
    '--cut',
    'Content-Disposition: form-data; name="file"; filename="fw.bin"',
    '',
    'x'.repeat(50_000),
  ].join('\r\n');

test('R-PKG-1 an upload whose connection is cut leaves nothing', async () => {
  const before = await kept();
  const create = jest.spyOn(api.core.packages, 'create');
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(head(200_000));
  while (create.mock.results.length === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await expect(create.mock.results[0]?.value).rejects.toMatchObject({ code: 'UPLOAD_CUT' });
  expect(await kept()).toEqual(before);
  create.mockRestore();
});

test('R-PKG-1 an upload whose form ends too early is refused, and nothing is kept', async () => {
  const before = await kept();
  const body = head(0).split('\r\n\r\n').slice(1).join('\r\n\r\n');
  const { status, body: answer } = await send(body, api.keys.operator, { 'content-type': 'multipart/form-data; boundary=cut' });
  expect([status, answer.errors?.[0]?.code]).toEqual([400, 'UPLOAD_CUT']);
  expect(await kept()).toEqual(before);
});

test('R-PKG-10 up to twenty files make one package, in their order', async () => {
  const { status, body } = await send(files(20, { kind: 'DIFFERENTIAL', sourceVersions: '1.0.0, 1.1.0', verification: 'REQUIRED' }));
  expect(status).toBe(201);
  expect(body.files).toHaveLength(20);
  expect(body).toMatchObject({
    kind: 'DIFFERENTIAL',
    sourceVersions: ['1.0.0', '1.1.0'],
    verification: { required: true, state: 'UNVERIFIED' },
    files: Array.from({ length: 20 }, (_, index) => ({ name: `part-${index}.bin`, size: `file ${index}`.length })),
  });
});
