import { request } from 'node:http';
import { Readable } from 'node:stream';
import { sweepLists } from '../../core/device-lists/service';
import { selectTargets } from '../../core/selection/select';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi({ limits: { deviceFileRows: 2_500 } });
  await api.core.products.create(operator, { key: 'lstA', name: 'Meters' });
  for (const part of [0, 1, 2])
    await api.core.devices.register(
      operator,
      'lstA',
      Array.from({ length: 900 }, (_, index) => ({ deviceName: `dev-${part * 900 + index}` })),
    );
  const file = { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) };
  packageId = (await api.core.packages.create(operator, { productKey: 'lstA', name: 'meter_fw', version: '2.0.0' }, file))._id;
});
afterAll(() => api.stop());

interface Sent {
  status: number;
  body: Record<string, unknown> & { errors?: { code: string; field: string; message: string }[] };
}
const headers = () => ({ authorization: `Bearer ${api.keys.operator}` });
async function send(body: string | Uint8Array<ArrayBuffer> | FormData, productKey = 'lstA', key = api.keys.operator): Promise<Sent> {
  const type: Record<string, string> = body instanceof FormData ? {} : { 'content-type': 'text/csv' };
  const response = await fetch(`${api.url}/lists?productKey=${productKey}`, {
    method: 'POST',
    body,
    headers: { ...type, authorization: `Bearer ${key}` },
  });
  return { status: response.status, body: (await response.json()) as Sent['body'] };
}
const invalidRows = async (id: unknown) => (await fetch(`${api.url}/lists/${String(id)}/invalid.csv`, { headers: headers() })).text();
const names = (count: number) => Array.from({ length: count }, (_, index) => `dev-${index}`);
const createBatch = (listId: string) =>
  api.core.batches.createStatic(operator, {
    packageId,
    scope: { kind: 'list', listId },
    policy: { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null },
  });
const stored = async () => {
  const { deviceLists, deviceListRows, deviceListProblems } = api.store.collections;
  return Promise.all([deviceLists, deviceListRows, deviceListProblems].map((collection) => collection.countDocuments({})));
};
async function refusal(body: string | Uint8Array<ArrayBuffer>): Promise<unknown> {
  const before = await stored();
  const { status, body: answer } = await send(body);
  expect(await stored()).toEqual(before);
  return [status, answer.errors?.map(({ code, field }) => [code, field])];
}

describe('files', () => {
  test('R-BAT-3 a clean file is a list: byte order mark, CRLF, quotes, blank rows and a head', async () => {
    const { status, body } = await send('\ufeffDeviceName\r\n\r\n"dev-1"\r\n  dev-2  \r\n   \r\ndev-3,\r\n"dev-4"');
    expect([status, body]).toMatchObject([201, { status: 'CLEAN', rows: 4, invalid: 0, unknown: 0, duplicates: 0 }]);
    const { data } = await api.ask('query ($id: ID!) { deviceList(id: $id) { id productKey status rows invalid unknown duplicates } }', {
      id: body.id,
    });
    expect(data.deviceList).toEqual({ id: body.id, productKey: 'lstA', status: 'CLEAN', rows: 4, invalid: 0, unknown: 0, duplicates: 0 });
  });

  test('R-BAT-3 a form carries a file as well, and as many rows as the limit', async () => {
    const form = new FormData();
    form.set('file', new Blob([['deviceName', ...names(2_500)].join('\n')]), 'names.csv');
    expect(await send(form)).toMatchObject({ status: 201, body: { status: 'CLEAN', rows: 2_500 } });
    expect(await send(new FormData())).toMatchObject({ status: 400 });
  });

  test('R-BAT-3 rows that are wrong are collected with their numbers, and can be downloaded', async () => {
    const { body } = await send(
      ['dev-1', '', 'dev-1', 'no', 'dev-2,x', 'dev-9999', '"say ""hi"""', ...names(2_000).slice(3), 'dev-7'].join('\n'),
    );
    expect(body).toMatchObject({ status: 'REFUSED', rows: 2_004, invalid: 3, unknown: 1, duplicates: 2 });
    expect((await invalidRows(body.id)).split('\r\n')).toEqual([
      'row,value,reason,text',
      '3,"dev-1",DUPLICATE,An earlier row has this name.',
      expect.stringContaining('4,"no",INVALID,'),
      expect.stringContaining('5,"dev-2,x",INVALID,The row has more cells than there are columns.'),
      '6,"dev-9999",UNKNOWN,The product has no device with this name.',
      expect.stringContaining('7,"say ""hi""",INVALID,'),
      '2005,"dev-7",DUPLICATE,An earlier row has this name.',
      '',
    ]);
    await expect(createBatch(String(body.id))).rejects.toMatchObject({ code: 'LIST_NOT_CLEAN', field: 'scope.listId' });
  });

  test('R-BAT-3 what is no list of names is refused, and nothing of it kept', async () => {
    expect(await refusal(names(2_501).join('\n'))).toEqual([422, [['TOO_MANY', 'file']]]);
    expect(await refusal(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe]))).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal(new Uint8Array([0x61, 0xff, 0x61]))).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal('dev-1\n"dev-2\ndev-3')).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal('x'.repeat(5_000))).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal('')).toEqual([400, [['REQUIRED', 'file']]]);
    expect(await refusal('\n\r\n  \n')).toEqual([400, [['REQUIRED', 'file']]]);
    expect(await refusal(`${names(1_500).join('\n')}\n${' '.repeat(2_500 * 512)}`)).toEqual([413, [['FILE_TOO_LARGE', 'file']]]);
  });

  test('R-BAT-3 an upload that is cut leaves nothing', async () => {
    const before = await stored();
    const cut = request(`${api.url}/lists?productKey=lstA`, { method: 'POST', headers: { ...headers(), 'content-length': 100_000 } });
    cut.on('error', () => undefined);
    await new Promise<void>((sent) => void cut.write(`${names(1_200).join('\n')}\n`, () => sent()));
    const until = async (reached: (count: number) => boolean): Promise<void> => {
      while (!reached((await stored())[0] ?? 0)) await new Promise((next) => setImmediate(next));
    };
    await until((count) => count > (before[0] ?? 0));
    cut.destroy();
    await until((count) => count === before[0]);
    expect(await stored()).toEqual(before);
  });

  test('R-BAT-3 only an operator sends a list, and for a product that is there', async () => {
    expect(await send('dev-1', 'none')).toMatchObject({ status: 422, body: { errors: [{ code: 'PRODUCT_UNKNOWN' }] } });
    expect(await send('dev-1', 'lstA', api.keys.viewer)).toMatchObject({ status: 403, body: { errors: [{ code: 'NOT_ALLOWED' }] } });
    expect(await send('dev-1', 'lstA', 'nobody')).toMatchObject({ status: 401 });
    expect((await fetch(`${api.url}/lists/none/invalid.csv`, { headers: headers() })).status).toBe(404);
  });
});

describe('batches', () => {
  test('R-BAT-2 R-BAT-3 a batch for a list is for its devices, and puts the end of the list off', async () => {
    const { body } = await send(names(1_100).join('\n'));
    const listId = String(body.id);
    const query = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id scope { listId all } } userErrors { code } } }`;
    const { data } = await api.ask(query, { input: { packageId, scope: { listId }, pushRate: { perMinute: 60 } } });
    expect(data.createStaticBatch).toMatchObject({ batch: { scope: { listId, all: false } }, userErrors: [] });
    expect((await api.core.deviceLists.get(listId))?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 13 * 24 * 3_600_000);
    const batch = await createBatch(listId);
    expect(await selectTargets(api.store.collections, batch, new Date(), 5)).toMatchObject({
      matched: 1_100,
      created: 1_100,
      skippedBusy: 0,
    });
    expect(await selectTargets(api.store.collections, batch, new Date(), 5)).toMatchObject({
      matched: 1_100,
      created: 1_100,
      skippedBusy: 0,
    });
  });

  test('R-BAT-3 an expired list is swept, and unknown from then on', async () => {
    const { body } = await send('dev-1\ndev-2');
    const listId = String(body.id);
    expect(await sweepLists(api.store.collections, new Date(Date.now() + 6 * 24 * 3_600_000))).toBe(0);
    expect(await sweepLists(api.store.collections, new Date(Date.now() + 8 * 24 * 3_600_000))).toBeGreaterThan(0);
    await expect(createBatch(listId)).rejects.toMatchObject({ code: 'LIST_UNKNOWN' });
    expect(await api.store.collections.deviceListRows.countDocuments({ _id: { $gte: `${listId}.`, $lt: `${listId}/` } })).toBe(0);
  });
});
