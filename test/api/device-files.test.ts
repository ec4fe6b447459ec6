import { operator } from '../support/core-parts';
import { as, importsOf } from './support/imports';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
const { send, get, ended, devicesOf, stored } = importsOf(() => api);
beforeAll(async () => {
  api = await startTestApi();
  for (const key of ['impA', 'lstB']) await api.core.products.create(operator, { key, name: 'Meters' });
  await api.core.devices.register(operator, 'lstB', [{ deviceName: 'dev-1' }, { deviceName: 'dev-2' }]);
});
afterAll(() => api.stop());

interface List {
  id: string;
  status: string;
  rows: number;
  invalid: number;
  errors?: { code: string; field: string; message: string; hint: string }[];
}
async function sendList(body: string): Promise<{ status: number; body: List; text: string }> {
  const headers = { 'content-type': 'text/csv', ...as(api.keys.operator) };
  const response = await fetch(`${api.url}/lists?productKey=lstB`, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as List, text };
}
const SECRETS = ['0123456789abcdef', 'fedcba9876543210'];
const EXPORTS: [name: string, file: string][] = [
  ['commas', `DeviceName,DeviceSecret,ProductKey\r\ndev-1,${SECRETS[0]},PK\r\ndev-2,${SECRETS[1]},PK\r\n`],
  ['semicolons', `\ufeffdevicename;devicesecret;productkey\ndev-1;${SECRETS[0]};PK\ndev-2;"${SECRETS[1]}";PK`],
  ['tabs', `DEVICENAME\tDEVICESECRET\tPRODUCTKEY\ndev-1\t${SECRETS[0]}\tPK\n"dev-2"\t"${SECRETS[1]}"\tPK\n`],
  ['a row that tells', `sep=|\r\nDeviceSecret|ProductKey|DeviceName\r\n${SECRETS[0]}|PK|dev-1\r\n${SECRETS[1]}|PK|dev-2`],
];

test.each(EXPORTS)('R-DEV-6 R-BAT-3 a vendor’s export, its cells separated by %s, is an import and a list', async (_name, file) => {
  const { status, body } = await send(file.replaceAll('PK', 'impA'));
  expect([status, body]).toMatchObject([202, { rows: 2, invalid: 0 }]);
  await ended(body.id);
  const lines = (await get(`${body.id}/devices.csv`)).text.trim().split('\r\n');
  expect(lines.slice(1)).toEqual([`dev-1,${SECRETS[0]}`, `dev-2,${SECRETS[1]}`]);
  await api.core.devices.delete(operator, ['impA.dev-1', 'impA.dev-2']);
  expect(await sendList(file.replaceAll('PK', 'lstB'))).toMatchObject({ status: 201, body: { status: 'CLEAN', rows: 2 } });
});

test.each([
  ['IMEI\n861234567890123\n861234567890124', '"IMEI"'],
  ['hdr\ndev-8\ndev-9', '"hdr"'],
  ['Device ID;Secret\ndev-8;0123456789abcdef', '"Device ID"'],
  ['deviceName,colour\ndev-8,red', '"colour"'],
  ['deviceName,constructor\ndev-8,red', '"constructor"'],
  ['deviceName,parent,gateway\ndev-8,dev-1,dev-2', '"gateway" of the first row names the same as "parent": keep one of the two.'],
  ['dev-8,0123456789abcdef\ndev-9,0123456789abcdef', '"dev-8"'],
])('R-DEV-6 R-BAT-3 no device is made of a head that is not understood, and it is named: %j', async (file, title) => {
  const before = await stored();
  for (const { status, body } of [await send(file), await send(file, 'productKey=impA&skipInvalid=true'), await sendList(file)]) {
    expect([status, body.errors?.map(({ code, field }) => [code, field])]).toEqual([422, [['IMPORT_COLUMNS', 'file']]]);
    expect(body.errors?.[0]?.message).toContain(title);
    expect(body.errors?.[0]?.hint).toContain('deviceName');
  }
  expect(await stored()).toEqual(before);
});

test('R-DEV-6 R-BAT-3 a head without rows is told as that', async () => {
  for (const file of ['deviceName', 'DeviceName;DeviceSecret\r\n', 'sep=;\ndeviceName;secret\n\n'])
    for (const { status, body } of [await send(file), await sendList(file)]) {
      expect([status, body.errors?.map(({ code }) => code)]).toEqual([400, ['REQUIRED']]);
      expect(body.errors?.[0]?.message).toContain('no device below');
    }
});

test('R-DEV-6 a row of another product makes no device', async () => {
  const { status, body } = await send('deviceName,productKey\ndev-3,impA\ndev-4,lstB\ndev-5,');
  expect([status, body.import?.problems]).toMatchObject([422, { PRODUCT: 1 }]);
  expect((await get(`${body.import?.id}/invalid.csv`)).text).toContain(
    '\r\n3,dev-4,PRODUCT,The row names another product than the address.',
  );
  const { data } = await api.ask('query ($id: ID!) { deviceImport(id: $id) { problems { product name } } }', { id: body.import?.id });
  expect(data.deviceImport).toEqual({ problems: { product: 1, name: 0 } });
  expect(await devicesOf('impA')).toBe(0);
});

test('R-DEV-6 two fingerprints in a cell, whatever separates the cells', async () => {
  const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
  const { body } = await send(`deviceName;certificateFingerprints\ncrt-1;"${one};${other}"\ncrt-2;${other},${one}`);
  await ended(body.id);
  const found = await api.core.devices.getMany(['impA.crt-1', 'impA.crt-2']);
  expect(found.map((device) => device?.certificates?.length)).toEqual([2, 2]);
});

test('R-BAT-3 a list says what is wrong with each row, and that no batch can use it', async () => {
  const { status, body, text } = await sendList('deviceName;productKey\ndev-1;\nno;\ndev-9;\ndev-1;\ndev-2;impA\ndev-2;;x');
  expect([status, body]).toMatchObject([201, { status: 'REFUSED', rows: 6, invalid: 3 }]);
  expect(body.errors).toMatchObject([{ code: 'LIST_NOT_CLEAN', field: 'file', message: expect.stringContaining('5 of the 6 rows') }]);
  expect(body.errors?.[0]?.hint).toContain(`/lists/${body.id}/invalid.csv`);
  expect(text).toMatch(/}\n$/);
  const rows = await fetch(`${api.url}/lists/${body.id}/invalid.csv`, { headers: as(api.keys.operator) });
  expect((await rows.text()).trim().split('\r\n')).toEqual([
    'row,value,reason,text',
    expect.stringMatching(/^3,"no,?",INVALID,"?A device name has 4 to 32 characters, not 2\."?$/),
    '4,"dev-9",UNKNOWN,The product has no device with this name.',
    '5,"dev-1",DUPLICATE,An earlier row has this name.',
    '6,"dev-2,impA",INVALID,The row names another product than the address.',
    '7,"dev-2,,x",INVALID,The row has more cells than there are columns. The first row names fewer.',
  ]);
});

const part = (name: string, file?: string, text = 'deviceName\nfrm-1') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n${text}\r\n`;
async function post(path: string, body: string, type = 'multipart/form-data; boundary=x') {
  const response = await fetch(api.url + path, { method: 'POST', body, headers: { 'content-type': type, ...as(api.keys.operator) } });
  const { errors } = (await response.json()) as {
    errors?: { code: string; field: string; message: string; hint: string; limit?: string }[];
  };
  return { status: response.status, errors: errors ?? [] };
}
const FILES = ['/imports?productKey=impA', '/lists?productKey=lstB'];

test.each([
  ['a second file', part('file', 'a.csv') + part('file', 'b.csv'), 422, 'TOO_MANY', 'file'],
  ['a file of another name', part('devices', 'a.csv'), 400, 'FILE_MISSING', 'file'],
  ['a file of another name behind the file', part('file', 'a.csv') + part('more', 'b.csv'), 400, 'FILE_MISSING', 'file'],
  ['a file without a name', part('file'), 400, 'FILE_MISSING', 'file'],
  ['a field before the file', part('skipInvalid', undefined, 'true') + part('file', 'a.csv'), 422, 'INVALID_FORMAT', 'skipInvalid'],
  ['a field behind the file', part('file', 'a.csv') + part('skipInvalid', undefined, 'true'), 422, 'INVALID_FORMAT', 'skipInvalid'],
])('R-DEV-6 R-BAT-3 %s in a form is refused, and nothing is kept', async (_what, parts, status, code, field) => {
  const before = await stored();
  for (const path of FILES) {
    const answer = await post(path, `${parts}--x--\r\n`);
    expect([answer.status, answer.errors.map((each) => [each.code, each.field])]).toEqual([status, [[code, field]]]);
    expect(answer.errors[0]?.hint).toMatch(code === 'TOO_MANY' ? 'one file' : 'one part named `file`');
  }
  expect(await stored()).toEqual(before);
});

test.each([
  ['deviceName\nhdr-1\nDevice_Name\nhdr-2', '3,Device_Name,COLUMNS', '3,"Device_Name",INVALID'],
  ['deviceName,secret\nhdr-1,\ndeviceName,secret,city\nhdr-2,', '3,deviceName,COLUMNS', '3,"deviceName,secret,city",INVALID'],
  ['# devices of June\nDeviceName,DeviceSecret,tag.site\nhdr-1', '2,DeviceName,COLUMNS', '2,"DeviceName,DeviceSecret,tag.site",INVALID'],
])('R-DEV-6 R-BAT-3 no device is made of a head that is not the first row: %j', async (file, ofImport, ofList) => {
  const text = ',"The row names columns, as only the first row of a file can."';
  const { status, body } = await send(file);
  expect([status, body.errors?.[0]?.code]).toEqual([422, 'IMPORT_NOT_CLEAN']);
  expect((await get(`${body.import?.id}/invalid.csv`)).text.replaceAll('"', '')).toContain((ofImport + text).replaceAll('"', ''));
  const list = await sendList(file);
  const rows = await fetch(`${api.url}/lists/${list.body.id}/invalid.csv`, { headers: as(api.keys.operator) });
  expect((await rows.text()).replaceAll('"', '')).toContain((ofList + text).replaceAll('"', ''));
});

test('R-DEV-6 R-BAT-3 a row is told by the line it begins on, whatever its cells hold', async () => {
  for (const end of ['\n', '\r\n']) {
    const file = ['deviceName,city', '"no', 'such', 'name",', '', 'n,', '"n', '",'].join(end);
    const { body } = await send(file);
    const told = (await get(`${body.import?.id}/invalid.csv`)).text;
    expect(told.match(/^\d+,/gm)).toEqual(['2,', '6,', '7,']);
    const list = await sendList(file);
    const rows = await fetch(`${api.url}/lists/${list.body.id}/invalid.csv`, { headers: as(api.keys.operator) });
    expect((await rows.text()).match(/^\d+,/gm)).toEqual(['2,', '6,', '7,']);
  }
});

test.each([
  ['/imports?productKey=impA&skipInvalid=1', 'skipInvalid', 'true or'],
  ['/imports?productKey=impA&skipInvalid=TRUE', 'skipInvalid', 'true or'],
  ['/imports?productKey=impA&skipInvalid=', 'skipInvalid', 'true or'],
  ['/imports?productKey=impA&skipInvalid=true&skipInvalid=true', 'skipInvalid', 'once'],
  ['/imports?productKey=impA&skipinvalid=true', 'skipinvalid', 'skipInvalid'],
  ['/imports?productKey=impA&idempotencyKey=a&idempotencyKey=b', 'idempotencyKey', 'once'],
  [`/imports?productKey=impA&idempotencyKey=${'k'.repeat(129)}`, 'idempotencyKey', 'UUID'],
  ['/imports?productKey=impA&idempotencyKey=', 'idempotencyKey', 'UUID'],
  ['/lists?productKey=lstB&skipInvalid=true', 'skipInvalid', 'productKey'],
  ['/packages?productKey=impA', 'productKey', 'none'],
])('R-DEV-6 R-UI-1 an option of the address that is not taken is refused by its name: %s', async (path, field, hint) => {
  const before = await stored();
  const { status, errors } = await post(path, 'deviceName\nopt-1', 'text/csv');
  expect([status, errors.map((each) => [each.code, each.field])]).toEqual([422, [['INVALID_FORMAT', field]]]);
  expect(errors[0]?.hint).toContain(hint);
  if (hint === 'UUID') expect(errors[0]?.limit).toBe('1–128 characters');
  expect(await stored()).toEqual(before);
});

test('R-DEV-6 a flag that says false is one, and a key of 128 characters is taken', async () => {
  const { status } = await send('deviceName\nopt-1', `productKey=impA&skipInvalid=false&idempotencyKey=${'k'.repeat(128)}`);
  expect(status).toBe(202);
});
