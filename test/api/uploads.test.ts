import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const LIMIT = 2 * 1024 * 1024;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ limits: { fileBytes: LIMIT, uploadsPerKey: 5 } });
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
});
afterEach(() => api.store.collections.resumableUploads.deleteMany({}));
afterAll(() => api.stop());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const tus = (path: string, method: string, headers: Record<string, string> = {}, key: string | null = api.keys.operator, body?: Buffer) =>
  fetch(new URL(path, api.url), {
    method,
    headers: { 'Tus-Resumable': '1.0.0', ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
    body,
  });
const create = (size: number, name = 'fw.bin', more: Record<string, string> = {}, key?: string | null) =>
  tus('/uploads', 'POST', { 'Upload-Length': String(size), 'Upload-Metadata': `filename ${base64(name)}`, ...more }, key);
const patch = (path: string, offset: number, body: Buffer, key?: string) =>
  tus(path, 'PATCH', { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }, key, body);
const codeOf = async (response: Response) => ((await response.json()) as { errors: { code: string }[] }).errors[0]?.code;

async function newUpload(size: number, name?: string): Promise<string> {
  const response = await create(size, name);
  expect(response.status).toBe(201);
  return response.headers.get('location') ?? '';
}

test('R-PKG-12 the protocol is tus 1.0 with creation, termination and expiration', async () => {
  const response = await tus('/uploads', 'OPTIONS');
  expect(response.status).toBe(204);
  expect(response.headers.get('tus-version')).toBe('1.0.0');
  expect(response.headers.get('tus-extension')).toBe('creation,creation-with-upload,termination,expiration');
  expect(response.headers.get('tus-max-size')).toBe(String(LIMIT));
});

test('R-PKG-12 an upload by tus-js-client becomes a package by createPackage', async () => {
  const bytes = randomBytes(700_000);
  const upload = await new Promise<Upload>((resolve, reject) => {
    const started = new Upload(Readable.from([bytes], { objectMode: false }), {
      endpoint: `${api.url}/uploads`,
      headers: { authorization: `Bearer ${api.keys.operator}` },
      metadata: { filename: 'fw.bin', digest: createHash('md5').update(bytes).digest('hex') },
      uploadSize: bytes.length,
      chunkSize: 200_000,
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(started),
    });
    started.start();
  });
  const uploadId = upload.url?.split('/').at(-1);
  const made = await api.ask(
    'mutation($input: CreatePackageInput!) { createPackage(input: $input) { package { version files { name size sha256 } } userErrors { code } } }',
    { input: { uploadId, productKey: 'meter', name: 'meter_fw', version: '2.0.0' } },
  );
  expect(made.data.createPackage).toEqual({
    package: {
      version: '2.0.0',
      files: [{ name: 'fw.bin', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }],
    },
    userErrors: [],
  });
});

test('R-PKG-12 a connection cut in the middle of a request loses nothing that arrived', async () => {
  const bytes = randomBytes(400_000);
  const path = await newUpload(bytes.length);
  const cut = request(new URL(path, api.url), {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${api.keys.operator}`,
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': bytes.length,
    },
  });
  cut.on('error', () => undefined);
  await new Promise((resolve) => cut.write(bytes.subarray(0, 250_000), resolve));
  const id = path.split('/').at(-1) ?? '';
  cut.destroy();
  const offsetNow = async () => Number((await tus(path, 'HEAD')).headers.get('upload-offset'));
  while ((await offsetNow()) === 0);
  let done: Response;
  // What had arrived may still be stored: then the upload goes on from a later place.
  do {
    const offset = await offsetNow();
    expect(offset).toBeLessThanOrEqual(250_000);
    done = await patch(path, offset, bytes.subarray(offset));
  } while (done.status === 409);
  expect(done.status).toBe(204);
  expect(done.headers.get('upload-offset')).toBe(String(bytes.length));
  const upload = await api.store.collections.resumableUploads.findOne({ _id: id });
  expect(upload).toMatchObject({ state: 'FINISHED', digests: { sha256: createHash('sha256').update(bytes).digest('hex') } });
});

test('R-PKG-1 a declared length beyond the limit is refused when the upload is created, with code and limit', async () => {
  const response = await create(LIMIT + 1);
  expect(response.status).toBe(413);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({ errors: [expect.objectContaining({ code: 'FILE_TOO_LARGE', limit: `${LIMIT} bytes` })] });
  expect((await create(Number.MAX_SAFE_INTEGER)).status).toBe(413);
});

test.each([
  ['a wrong format by name', () => create(10, 'firmware.exe'), 415, 'FILE_FORMAT'],
  ['no file name', () => create(10, ''), 422, 'REQUIRED'],
  [
    'a digest that is none',
    () => create(10, 'fw.bin', { 'Upload-Metadata': `filename ${base64('fw.bin')},digest ${base64('x')}` }),
    422,
    'INVALID_FORMAT',
  ],
  ['no bytes', () => create(0), 422, 'FILE_EMPTY'],
  ['a key that may only look', () => create(10, 'fw.bin', {}, api.keys.viewer), 403, 'NOT_ALLOWED'],
  ['no key', () => create(10, 'fw.bin', {}, null), 401, 'NOT_SIGNED_IN'],
])('R-PKG-2 %s is refused when the upload is created', async (_name, send, status, code) => {
  const response = await send();
  expect(response.status).toBe(status);
  expect(await codeOf(response)).toBe(code);
  expect(await api.store.collections.resumableUploads.countDocuments()).toBe(0);
});

test('R-PKG-2 bytes of another format than the name says end the upload with 415', async () => {
  const path = await newUpload(1_000_000, 'fw.zip');
  const before = api.files.fileIds().length;
  const response = await patch(path, 0, Buffer.alloc(1_000_000, 0x41));
  expect(response.status).toBe(415);
  expect(await codeOf(response)).toBe('FILE_FORMAT');
  expect((await tus(path, 'HEAD')).status).toBe(404);
  expect(api.files.fileIds()).toHaveLength(before - 1);
});

test('R-PKG-5 another digest than declared ends the upload at its last byte', async () => {
  const metadata = `filename ${base64('fw.bin')},digest ${base64('0'.repeat(64))}`;
  const path = (await create(10, 'fw.bin', { 'Upload-Metadata': metadata })).headers.get('location') ?? '';
  const response = await patch(path, 0, Buffer.alloc(10));
  expect(response.status).toBe(422);
  expect(await codeOf(response)).toBe('DIGEST_MISMATCH');
  expect((await tus(path, 'HEAD')).status).toBe(404);
});

test('R-PKG-12 more bytes than declared, and bytes for another place, are refused and change nothing', async () => {
  const path = await newUpload(10);
  expect((await patch(path, 0, Buffer.alloc(11))).status).toBe(413);
  expect((await patch(path, 4, Buffer.alloc(6))).status).toBe(409);
  expect((await tus(path, 'HEAD')).headers.get('upload-offset')).toBe('0');
});

test('R-PKG-12 an upload that is unknown, or of another key, is not there: to no request', async () => {
  const path = await newUpload(10);
  for (const [address, key] of [
    [path, api.keys.administrator],
    ['/uploads/nobody', api.keys.operator],
    ['/uploads/%00', api.keys.operator],
  ] as const) {
    expect((await tus(address, 'HEAD', {}, key)).status).toBe(404);
    expect((await patch(address, 0, Buffer.alloc(1), key)).status).toBe(404);
    expect((await tus(address, 'DELETE', {}, key)).status).toBe(404);
  }
  expect((await tus(path, 'HEAD')).headers.get('upload-offset')).toBe('0');
});

test('R-PKG-12 an upload is ended by its key, finished or not', async () => {
  const before = api.files.fileIds().length;
  const path = await newUpload(10);
  await patch(path, 0, Buffer.alloc(10));
  expect((await tus(path, 'DELETE')).status).toBe(204);
  expect((await tus(path, 'HEAD')).status).toBe(404);
  expect(api.files.fileIds()).toHaveLength(before);
});

test('R-PKG-12 the sixth upload of a key that may have five is refused', async () => {
  for (let n = 0; n < 5; n++) await newUpload(10);
  const response = await create(10);
  expect(response.status).toBe(429);
  expect(await codeOf(response)).toBe('UPLOAD_QUOTA');
});

test('R-PKG-12 createPackage names what is wrong with the upload as userErrors', async () => {
  const path = await newUpload(10);
  const ask = (uploadId: string, key?: string) =>
    api.ask(
      'mutation($input: CreatePackageInput!) { createPackage(input: $input) { package { id } userErrors { code field } } }',
      { input: { uploadId, productKey: 'meter', name: 'meter_fw', version: '5.0.0' } },
      key,
    );
  const id = path.split('/').at(-1) ?? '';
  const refused = (code: string) => ({ package: null, userErrors: [{ code, field: 'uploadId' }] });
  expect((await ask(id)).data.createPackage).toEqual(refused('UPLOAD_UNFINISHED'));
  expect((await ask('nobody')).data.createPackage).toEqual(refused('UPLOAD_UNKNOWN'));
  expect((await ask(id, api.keys.administrator)).data.createPackage).toEqual(refused('UPLOAD_UNKNOWN'));
});

test('R-PKG-12 R-UI-1 progress of an upload is seen live, up to its end', async () => {
  const bytes = randomBytes(600_000);
  const path = await newUpload(bytes.length);
  const uploadId = path.split('/').at(-1) ?? '';
  const socket = api.socket({ authorization: `Bearer ${api.keys.operator}` });
  const query = `subscription { uploadProgress(uploadId: "${uploadId}") { ... on UploadProgress { offset size state cursor } ... on Resync { hint } } }`;
  const events = socket.iterate<{ uploadProgress: { offset: number; size: number; state: string } }>({ query });
  const nextEvent = async () => (await events.next()).value?.data?.uploadProgress;
  expect(await nextEvent()).toMatchObject({ offset: 0, size: bytes.length, state: 'RECEIVING' });
  await patch(path, 0, bytes.subarray(0, 300_000));
  let event = await nextEvent();
  while (event && event.offset < 300_000) event = await nextEvent();
  expect(event).toMatchObject({ offset: 300_000, state: 'RECEIVING' });
  await patch(path, 300_000, bytes.subarray(300_000));
  while (event && event.state !== 'FINISHED') event = await nextEvent();
  expect(event).toMatchObject({ offset: bytes.length });
  await tus(path, 'DELETE');
  while (event && event.state !== 'REMOVED') event = await nextEvent();
  expect(event?.state).toBe('REMOVED');
  expect((await events.next()).done).toBe(true);
});

test('R-PKG-12 progress of another key’s upload is not shown', async () => {
  const path = await newUpload(10);
  const socket = api.socket({ authorization: `Bearer ${api.keys.administrator}` });
  const events = socket.iterate({ query: `subscription { uploadProgress(uploadId: "${path.split('/').at(-1)}") { __typename } }` });
  const outcome = await events.next().catch((errors) => errors);
  expect(JSON.stringify(outcome)).toContain('NOT_FOUND');
});

test('R-PKG-12 whatever is wrong with a request of tus is answered as JSON, by code, field and remedy', async () => {
  const path = await newUpload(10);
  const bytes = { 'Content-Type': 'application/offset+octet-stream' };
  const wrong: [name: string, answer: Promise<Response>, status: number, code: string, field: string | null][] = [
    ['no version', tus('/uploads', 'POST', { 'Tus-Resumable': '' }), 412, 'REQUIRED', 'Tus-Resumable'],
    ['another version', tus('/uploads', 'POST', { 'Tus-Resumable': '0.2.2' }), 400, 'INVALID_FORMAT', 'Tus-Resumable'],
    ['no length', tus('/uploads', 'POST', { 'Upload-Metadata': `filename ${base64('fw.bin')}` }), 400, 'REQUIRED', 'Upload-Length'],
    ['a length that is none', tus('/uploads', 'POST', { 'Upload-Length': 'ten' }), 400, 'INVALID_FORMAT', 'upload-length'],
    ['no file name', tus('/uploads', 'POST', { 'Upload-Length': '10' }), 422, 'REQUIRED', 'filename'],
    [
      'metadata that is none',
      tus('/uploads', 'POST', { 'Upload-Length': '10', 'Upload-Metadata': 'a b c' }),
      400,
      'INVALID_FORMAT',
      'Upload-Metadata',
    ],
    ['no offset', tus(path, 'PATCH', bytes, undefined, Buffer.from('x')), 403, 'REQUIRED', 'Upload-Offset'],
    ['another offset', patch(path, 5, Buffer.from('x')), 409, 'UPLOAD_OFFSET', 'Upload-Offset'],
    [
      'another type',
      tus(path, 'PATCH', { 'Upload-Offset': '0', 'Content-Type': 'text/plain' }, undefined, Buffer.from('x')),
      400,
      'INVALID_FORMAT',
      'Content-Type',
    ],
    ['no such upload', patch('/uploads/none', 0, Buffer.from('x')), 404, 'UPLOAD_UNKNOWN', 'id'],
    ['no such method', tus(path, 'PUT', {}, undefined, Buffer.from('x')), 404, 'NOT_FOUND', null],
  ];
  for (const [name, answer, status, code, field] of wrong) {
    const response = await answer;
    expect([name, response.status, response.headers.get('content-type')]).toEqual([name, status, 'application/json; charset=utf-8']);
    const text = await response.text();
    expect(text).toMatch(/}\n$/);
    const [error] = (JSON.parse(text) as { errors: Record<string, unknown>[] }).errors;
    expect([name, error]).toEqual([name, expect.objectContaining({ code, field, message: expect.any(String), hint: expect.any(String) })]);
  }
});
