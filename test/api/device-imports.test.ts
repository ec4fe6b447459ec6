import { request } from 'node:http';
import { operator } from '../support/core-parts';
import { as, type Body, importsOf, names } from './support/imports';
import { startTestApi, type TestApi } from './support/test-api';

const ROWS = 2_500;
let api: TestApi;
const { send, get, ended, devicesOf, stored } = importsOf(() => api);
beforeAll(async () => {
  api = await startTestApi({ limits: { deviceFileRows: ROWS } });
  for (const key of ['impA', 'impB', 'impC']) await api.core.products.create(operator, { key, name: 'Meters' });
});
afterAll(() => api.stop());

async function refusal(body: Body, query?: string): Promise<unknown> {
  const before = await stored();
  const { status, body: answer } = await send(body, query);
  expect(await stored()).toEqual(before);
  return [status, answer.errors?.map(({ code, field }) => [code, field])];
}

describe('files', () => {
  test('R-DEV-6 a clean file becomes devices: byte order mark, CRLF, quotes, blank rows, columns in any order', async () => {
    const lines = [
      '\ufeffCity,province,tag.Site,"deviceName",secret',
      '',
      '杭州,浙江,"a, b",dev-a1,0123456789abcdef',
      ' ,, , dev-a2 ,',
      '   ',
    ];
    const { status, body } = await send(lines.join('\r\n'));
    expect([status, body]).toMatchObject([202, { status: 'CREATING', rows: 2, invalid: 0 }]);
    expect(await ended(body.id)).toEqual({ status: 'FINISHED', created: 2 });
    const [first, second] = await api.core.devices.getMany(['impA.dev-a1', 'impA.dev-a2']);
    const secrets = await Promise.all(['dev-a1', 'dev-a2'].map(async (name) => (await api.core.devices.credentials('impA', name))?.secret));
    expect(secrets).toEqual(['0123456789abcdef', expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(first).toMatchObject({
      region: { province: '浙江', city: '杭州' },
      tags: { Site: 'a, b' },
      enabled: true,
    });
    expect(second).toMatchObject({ deviceName: 'dev-a2', online: false });
    expect(second?.region ?? second?.tags ?? null).toBeNull();
    expect((await get(`${body.id}/devices.csv`)).text).toBe(`deviceName,secret\r\ndev-a1,0123456789abcdef\r\ndev-a2,${secrets[1]}\r\n`);
  });

  test('R-DEV-6 R-DEV-4 devices from a file are in the dynamic groups they belong to', async () => {
    const group =
      'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { group { id } userErrors { code message } } }';
    const { data } = await api.ask(group, { input: { name: 'north', rule: { all: [{ field: 'TAG', key: 'side', values: ['north'] }] } } });
    const groupId = (data.createDynamicGroup as { group: { id: string } }).group.id;
    // A file that comes after the first look at the fleet: only what creates its devices can put them in.
    while ((await api.core.groups.get(groupId))?.dynamic?.filled !== true) await new Promise((next) => setImmediate(next));
    const { body } = await send('deviceName,tag.side\ngrp-1,north\ngrp-2,south\ngrp-3,north');
    await ended(body.id);
    const found = await api.core.devices.list({ groupId }, { first: 10 });
    expect(found.rows.map(({ node }) => node._id)).toEqual(['impA.grp-1', 'impA.grp-3']);
  });

  test('R-DEV-6 names alone need no first row, a form carries a file as well, and as many rows as the limit', async () => {
    const form = new FormData();
    form.set('file', new Blob([['deviceName', ...names(ROWS)].join('\n')]), 'devices.csv');
    const { status, body } = await send(form, 'productKey=impB');
    expect([status, body]).toMatchObject([202, { rows: ROWS }]);
    expect(await ended(body.id)).toEqual({ status: 'FINISHED', created: ROWS });
    expect(await devicesOf('impB')).toBe(ROWS);
    const secrets = (await get(`${body.id}/devices.csv`)).text.trim().split('\r\n').slice(1);
    expect(new Set(secrets.map((line) => line.split(',')[1])).size).toBe(ROWS);
    expect(secrets[ROWS - 1]).toMatch(/^dev-2499,/);
  });

  test('R-DEV-6 wrong rows are collected with number and reason, and no device is created', async () => {
    await api.core.devices.register(operator, 'impC', [{ deviceName: 'there' }]);
    const rows = [
      'deviceName,secret,province,city,tag.a b,tag.ok',
      ...[
        'good-1,,,,,',
        'no,,,,,',
        'bad-secret,short,,,,',
        'bad-region,,Zhejiang,,,',
        'bad-tag,,,,x,',
        'good-1,,,,,',
        'there,,,,,',
        'more-cells,,,,,,x',
      ],
    ];
    const { status, body } = await send(rows.join('\n'), 'productKey=impC');
    expect([status, body.errors?.[0]?.code, body.import]).toMatchObject([
      422,
      'IMPORT_NOT_CLEAN',
      { status: 'REFUSED', rows: 8, invalid: 7, created: 0 },
    ]);
    expect(body.import?.problems).toMatchObject({ NAME: 1, SECRET: 1, REGION: 1, TAGS: 1, COLUMNS: 1, DUPLICATE: 1, EXISTS: 1 });
    const told = (await get(`${body.import?.id}/invalid.csv`)).text.trim().split('\r\n');
    expect(told[0]).toBe('row,value,problem,text');
    expect(told.slice(1).map((line) => line.split(',').slice(0, 3).join())).toEqual([
      '3,no,NAME',
      '4,bad-secret,SECRET',
      '5,bad-region,REGION',
      '6,bad-tag,TAGS',
      '7,good-1,DUPLICATE',
      '8,there,EXISTS',
      '9,more-cells,COLUMNS',
    ]);
    expect(told.join()).not.toContain('short');
    expect(await devicesOf('impC')).toBe(1);
    expect((await get(`${body.import?.id}/devices.csv`)).text).toBe('deviceName,secret\r\n');
  });

  test('R-DEV-6 a wrong name in the last row creates nothing; asked to leave it out, all others', async () => {
    const file = [...names(ROWS - 1, 'late'), 'no/name'].join('\n');
    const refused = await send(file, 'productKey=impC');
    expect([refused.status, refused.body.import]).toMatchObject([422, { rows: ROWS, invalid: 1, problems: { NAME: 1 } }]);
    expect((await get(`${refused.body.import?.id}/invalid.csv`)).text).toContain(`\r\n${ROWS},no/name,NAME,`);
    expect(await devicesOf('impC')).toBe(1);
    const taken = await send(file, 'productKey=impC&skipInvalid=true');
    expect([taken.status, taken.body]).toMatchObject([202, { invalid: 1 }]);
    expect(await ended(taken.body.id)).toEqual({ status: 'FINISHED', created: ROWS - 1 });
    expect(await devicesOf('impC')).toBe(ROWS);
    const again = await send(file, 'productKey=impC&skipInvalid=true');
    expect([again.status, again.body.import]).toMatchObject([422, { status: 'REFUSED', problems: { NAME: 1, EXISTS: ROWS - 1 } }]);
  });

  test('R-DEV-6 what is no file of devices is refused with a code of its own, and nothing of it kept', async () => {
    expect(await refusal(names(ROWS + 1, 'x').join('\n'))).toEqual([422, [['TOO_MANY', 'file']]]);
    expect(await refusal(['deviceName', ...names(ROWS + 1, 'x')].join('\n'))).toEqual([422, [['TOO_MANY', 'file']]]);
    expect(await refusal(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe]))).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal(`${names(1_500, 'x').join('\n')}\n"x-2\nx-3`)).toEqual([415, [['FILE_FORMAT', 'file']]]);
    expect(await refusal('\n\r\n  \n')).toEqual([400, [['REQUIRED', 'file']]]);
    expect(await refusal(`${names(1_500, 'x').join('\n')}\n${' '.repeat(ROWS * 512)}`)).toEqual([413, [['FILE_TOO_LARGE', 'file']]]);
    expect(await refusal('deviceName,colour\nx-11,red')).toEqual([422, [['IMPORT_COLUMNS', 'file']]]);
    expect(await refusal('deviceName,tag.a,TAG.a,tag.a\nx-11,1,2,3')).toEqual([422, [['IMPORT_COLUMNS', 'file']]]);
    expect(await refusal('x-11', 'productKey=none')).toEqual([422, [['PRODUCT_UNKNOWN', 'productKey']]]);
    for (const query of ['skipInvalid=true', 'productKey=', 'productKey=impA&productKey=impB'])
      expect(await refusal('x-11', query)).toEqual([400, [['REQUIRED', 'productKey']]]);
    expect(await send('x-11', undefined, api.keys.viewer)).toMatchObject({ status: 403, body: { errors: [{ code: 'NOT_ALLOWED' }] } });
    expect(await send('x-11', undefined, 'nobody')).toMatchObject({ status: 401 });
  });

  test('R-DEV-6 an upload that is cut leaves nothing, and more than two at once are refused', async () => {
    const before = await stored();
    const begin = async () => {
      const upload = request(`${api.url}/imports?productKey=impA`, {
        method: 'POST',
        headers: { ...as(api.keys.operator), 'content-length': 1e6 },
      });
      upload.on('error', () => undefined);
      await new Promise<void>((sent) => void upload.write(`${names(1_200, 'cut').join('\n')}\n`, () => sent()));
      return upload;
    };
    const until = async (reached: (count: number) => boolean): Promise<void> => {
      while (!reached((await stored())[0] ?? 0)) await new Promise((next) => setImmediate(next));
    };
    const uploads = [await begin(), await begin()];
    await until((count) => count === (before[0] ?? 0) + 2);
    expect(await send('x-11')).toMatchObject({ status: 429, body: { errors: [{ code: 'IMPORT_BUSY' }] } });
    for (const upload of uploads) upload.destroy();
    await until((count) => count === before[0]);
    expect(await stored()).toEqual(before);
  });
});
