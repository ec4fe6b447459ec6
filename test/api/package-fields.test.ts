import { createHash } from 'node:crypto';
import { digestAlgorithms } from '../../schema/mongo/migrations/0004-digest-algorithms';
import { tarEntry, tarOf } from '../support/archives';
import { aPackage, aTask } from '../support/builders';
import { operator } from '../support/core-parts';
import { BY_ANOTHER_VERSION } from '../support/store';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'fields', name: 'Meters' });
});
afterAll(() => api.stop());
afterEach(() => api.store.collections.packages.deleteMany({}));

const bytes = 'a firmware image';
const sha256 = createHash('sha256').update(bytes).digest('hex');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
interface Body {
  id?: string;
  errors?: { code: string; field: string; message: string; hint: string }[];
}

type Part = [name: string, value: string | Blob];
const FIELDS: Part[] = [
  ['productKey', 'fields'],
  ['name', 'firmware'],
  ['version', '2.0.0'],
];
const FILE: Part = ['file', new Blob([bytes])];
async function send(parts: Part[]): Promise<{ status: number; text: string; body: Body }> {
  const form = new FormData();
  for (const [name, value] of parts) typeof value === 'string' ? form.append(name, value) : form.append(name, value, 'fw.bin');
  const response = await fetch(`${api.url}/packages`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${api.keys.operator}` },
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Body };
}
const fieldsOf = ({ body }: { body: Body }) => body.errors?.map(({ code, field }) => [code, field]);

test.each(['SHA1', 'sha256', 'md5', 'SHA-256'])(
  'R-PKG-5 a form with the digest algorithm %s is refused as GraphQL refuses it',
  async (name) => {
    const answer = await send([...FIELDS, ['digestAlgorithm', name], FILE]);
    expect([answer.status, fieldsOf(answer)]).toEqual([422, [['INVALID_FORMAT', 'digestAlgorithm']]]);
    expect(answer.body.errors?.[0]?.hint).toContain('MD5, SHA256');
    expect(await api.store.collections.packages.countDocuments()).toBe(0);
  },
);

test('R-PKG-1 R-PKG-5 whatever names the store has, lists are answered, with what it has', async () => {
  const { packages } = api.store.collections;
  await packages.insertMany(
    [
      aPackage({ _id: 'odd', productKey: 'fields', version: '1.0.0', digestAlgorithm: 'SHA1' as never, kind: 'HALF' as never }),
      aPackage({ _id: 'odder', productKey: 'fields', version: '1.1.0', digestAlgorithm: { no: 'name' } as never }),
      aPackage({ _id: 'plain', productKey: 'fields', version: '1.2.0' }),
    ],
    BY_ANOTHER_VERSION,
  );
  const { data, errors } = await api.ask('{ packages { edges { node { id digestAlgorithm kind } } } }');
  expect(errors).toBeUndefined();
  expect(data.packages).toEqual({
    edges: [
      { node: { id: 'plain', digestAlgorithm: 'SHA256', kind: 'FULL' } },
      { node: { id: 'odder', digestAlgorithm: 'UNKNOWN', kind: 'FULL' } },
      { node: { id: 'odd', digestAlgorithm: 'SHA1', kind: 'HALF' } },
    ],
  });
});

test('R-UI-1 a cause that this version does not know is told as that, and the list is whole', async () => {
  const tasks = [aTask({ deviceName: 'odd', cause: 'OF_LATER' as never }), aTask({ deviceName: 'plain' })];
  await api.store.collections.tasks.insertMany(tasks, BY_ANOTHER_VERSION);
  const { data, errors } = await api.ask('{ tasks { edges { node { deviceName cause { code description recommendation } } } } }');
  expect(errors).toBeUndefined();
  expect(JSON.stringify(data)).toContain('"code":"OF_LATER","description":"A cause that this version of Updraft does not know."');
  expect((data.tasks as { edges: unknown[] }).edges).toHaveLength(2);
});

test('R-PKG-2 what is wrong with a finished upload is told by the argument that names it', async () => {
  const headers = {
    'Tus-Resumable': '1.0.0',
    authorization: `Bearer ${api.keys.operator}`,
    'Content-Type': 'application/offset+octet-stream',
  };
  const tar = tarOf(tarEntry('fw', Buffer.alloc(2_000, 'x'))).subarray(0, 1_000);
  const metadata = { 'Upload-Length': `${tar.length}`, 'Upload-Metadata': `filename ${base64('fw.tar')}` };
  const created = await fetch(`${api.url}/uploads`, { method: 'POST', headers: { ...headers, ...metadata }, body: new Uint8Array(tar) });
  const uploadId = created.headers.get('location')?.split('/').at(-1);
  const fieldFor = async (input: object) => {
    const query = 'mutation ($input: CreatePackageInput!) { createPackage(input: $input) { userErrors { code field } } }';
    const { data } = await api.ask(query, { input: { productKey: 'fields', name: 'firmware', version: '4.0.0', ...input } });
    return (data.createPackage as { userErrors: object[] }).userErrors;
  };
  expect(await fieldFor({ uploadId })).toEqual([{ code: 'FILE_FORMAT', field: 'uploadId' }]);
  expect(await fieldFor({ uploadIds: [uploadId] })).toEqual([{ code: 'FILE_FORMAT', field: 'uploadIds[0]' }]);
  expect(await fieldFor({ uploadIds: ['x'] })).toEqual([{ code: 'UPLOAD_UNKNOWN', field: 'uploadIds[0]' }]);
  expect(await fieldFor({ uploadIds: [] })).toEqual([{ code: 'FILE_MISSING', field: 'uploadIds' }]);
  expect(await fieldFor({})).toEqual([{ code: 'FILE_MISSING', field: 'uploadId' }]);
  expect(await fieldFor({ uploadId, uploadIds: [uploadId] })).toEqual([{ code: 'INVALID_FORMAT', field: 'uploadIds' }]);
  expect(await fieldFor({ uploadId, uploadIds: [] })).toEqual([{ code: 'INVALID_FORMAT', field: 'uploadIds' }]);
  expect(await fieldFor({ uploadId, name: '_' })).toEqual([{ code: 'INVALID_FORMAT', field: 'name' }]);
});

test('R-PKG-5 digest algorithms that forms have stored become those there are', async () => {
  const { packages } = api.store.collections;
  const stored = ['SHA1', 'sha256', 'Md5', 'MD5', 'SHA256'];
  await packages.insertMany(
    stored.map((name, index) =>
      aPackage({ _id: `p${index}`, productKey: 'fields', version: `1.${index}.0`, digestAlgorithm: name as never }),
    ),
    BY_ANOTHER_VERSION,
  );
  const tools = { collections: api.store.collections, sealSecret: String, sealRows: String, openRows: String };
  for (const _ of ['once', 'again']) await digestAlgorithms.run(tools, new AbortController().signal);
  const found = await packages.find().sort({ _id: 1 }).toArray();
  expect(found.map(({ digestAlgorithm }) => digestAlgorithm)).toEqual(['SHA256', 'SHA256', 'MD5', 'MD5', 'SHA256']);
});

test('R-UI-1 a stored value that no answer can have is told by the id that the log has it under, and not quoted', async () => {
  await api.store.collections.packages.insertOne(
    aPackage({ _id: 'when', productKey: 'fields', createdAt: 'a secret, not a time' as never }),
    BY_ANOTHER_VERSION,
  );
  const { errors } = await api.ask('{ package(id: "when") { createdAt } }');
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
  expect(JSON.stringify(errors)).not.toContain('secret');
  expect(api.logged.at(-1)?.errorId).toBe(errors?.[0]?.extensions.id);
});

test('R-PKG-5 a digest as `sha256sum` prints it is taken from a form, from tus and from GraphQL', async () => {
  const printed = `${sha256.toUpperCase()}  fw.bin\n`;
  expect((await send([...FIELDS, ['digest', printed], FILE])).status).toBe(201);
  const headers = { 'Tus-Resumable': '1.0.0', authorization: `Bearer ${api.keys.operator}` };
  const created = await fetch(`${api.url}/uploads`, {
    method: 'POST',
    headers: {
      ...headers,
      'Upload-Length': String(bytes.length),
      'Upload-Metadata': `filename ${base64('fw.bin')},digest ${base64(printed)}`,
      'Content-Type': 'application/offset+octet-stream',
    },
    body: bytes,
  });
  expect([created.status, created.headers.get('upload-offset')]).toEqual([201, String(bytes.length)]);
  const uploadId = created.headers.get('location')?.split('/').at(-1);
  const create = (digest: string) =>
    api.ask('mutation ($input: CreatePackageInput!) { createPackage(input: $input) { package { id } userErrors { code field } } }', {
      input: { uploadId, productKey: 'fields', name: 'firmware', version: '3.0.0', digest },
    });
  expect((await create(`${'0'.repeat(64)}  fw.bin`)).data.createPackage).toMatchObject({
    userErrors: [{ code: 'DIGEST_MISMATCH', field: 'digest' }],
  });
  expect((await create(printed)).data.createPackage).toMatchObject({ package: { id: expect.any(String) }, userErrors: [] });
});

test('R-PKG-5 a digest that is wrong is told by the name that the form has for it', async () => {
  expect(fieldsOf(await send([...FIELDS, ['digest', 'abc'], FILE]))).toEqual([['INVALID_FORMAT', 'digest']]);
  expect(fieldsOf(await send([...FIELDS, ['digest', '0'.repeat(32)], FILE]))).toEqual([['DIGEST_MISMATCH', 'digest']]);
});

test('R-PKG-1 a file before its fields is told as that', async () => {
  for (const parts of [
    [FILE, ...FIELDS],
    [...FIELDS.slice(0, 2), FILE, ...FIELDS.slice(2)],
  ]) {
    const { status, body } = await send(parts);
    const missing = parts[0] === FILE ? ['productKey', 'name', 'version'] : ['version'];
    expect([status, body.errors?.map(({ code, field }) => [code, field])]).toEqual([400, missing.map((field) => ['REQUIRED', field])]);
    for (const { message, hint } of body.errors ?? []) {
      expect(message).toContain('before the file');
      expect(hint).toContain('before the first file');
    }
  }
});

test('R-UI-1 the answers of uploads end with a newline', async () => {
  const taken = await send([...FIELDS, FILE]);
  const refused = await send([...FIELDS, FILE]);
  expect([taken.status, refused.status]).toEqual([201, 409]);
  for (const { text } of [taken, refused]) expect(text).toMatch(/}\n$/);
});

test.each(['["a"', '[1,{"a":2}]', ' [ "1.0.0", ]', '[', '["1.0.0"] x'])(
  'R-PKG-6 a field sourceVersions that begins like a list of JSON and is none is refused: %s',
  async (value) => {
    const answer = await send([...FIELDS, ['sourceVersions', value], FILE]);
    expect([answer.status, fieldsOf(answer)]).toEqual([422, [['INVALID_FORMAT', 'sourceVersions']]]);
    expect(await api.store.collections.packages.countDocuments()).toBe(0);
  },
);

test('R-PKG-6 source versions come as a list of JSON, with commas, or a field each', async () => {
  const fields: Part[] = ['["1,0", "[1"]', '1.0.1, 1.0.2', '1.0.3'].map((value) => ['sourceVersions', value]);
  const { body } = await send([...FIELDS, ...fields, FILE]);
  expect(body).toMatchObject({ sourceVersions: ['1,0', '[1', '1.0.1', '1.0.2', '1.0.3'] });
});
