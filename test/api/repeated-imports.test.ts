import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { sweepImports } from '../../core/device-imports/creation';
import { openSecret } from '../../core/device-secrets/secrets';
import type { StoredImport } from '../../schema/mongo/device-imports';
import { anotherCreation } from '../support/another-creation';
import { administrator, operator, SEALING } from '../support/core-parts';
import { as, importsOf, names } from './support/imports';
import { startTestApi, type TestApi } from './support/test-api';

const ROWS = 2_500;
let api: TestApi;
const { send, get, ended, devicesOf, stored } = importsOf(() => api);
beforeAll(async () => {
  api = await startTestApi({ limits: { deviceFileRows: ROWS } });
  for (const key of ['impD']) await api.core.products.create(operator, { key, name: 'Meters' });
});
afterAll(() => api.stop());

describe('again', () => {
  test('R-DEV-6 the same key and file are the same import; a refused one can be mended under its key', async () => {
    const query = 'productKey=impD&idempotencyKey=first';
    const refused = await send('once-1\nno', query);
    expect(refused.status).toBe(422);
    const first = await send('once-1\nonce-2', query);
    expect([first.status, first.body.id]).toEqual([202, refused.body.import?.id]);
    expect(await ended(first.body.id)).toMatchObject({ status: 'FINISHED', created: 2 });
    expect((await get(`${first.body.id}/invalid.csv`)).text).toBe('row,value,problem,text\r\n');
    const secret = (await api.core.devices.credentials('impD', 'once-1'))?.secret;
    expect(await send('once-1\nonce-2', query)).toMatchObject({ status: 200, body: { id: first.body.id, created: 2 } });
    expect((await api.core.devices.credentials('impD', 'once-1'))?.secret).toBe(secret);
    for (const [body, other] of [
      ['once-1\nonce-3', query],
      ['once-1\nonce-2', `${query}&skipInvalid=true`],
    ] as const)
      expect(await send(body, other)).toMatchObject({
        status: 409,
        body: { errors: [{ code: 'IDEMPOTENCY_MISMATCH', conflictingId: first.body.id }] },
      });
  });

  test('R-DEV-6 a process that dies while it creates devices leaves an import that another goes on with, to the same devices', async () => {
    const { deviceImports, devices } = api.store.collections;
    const { body } = await send(names(ROWS, 'kill').join('\n'), 'productKey=impD');
    await ended(body.id);
    const secrets = await get(`${body.id}/devices.csv`);
    // As it stood when the process was killed: its second piece half written, and one device registered by somebody else meanwhile.
    const asItWas: Partial<StoredImport> = { status: 'CREATING', piecesDone: 1, created: 1_000, endedAt: null, renewedAt: new Date(0) };
    await deviceImports.updateOne({ _id: body.id }, { $set: asItWas });
    await devices.deleteMany({
      _id: {
        $in: names(ROWS, 'kill')
          .slice(1_300)
          .map((name) => `impD.${name}`),
      },
    });
    await api.core.devices.register(operator, 'impD', [{ deviceName: 'kill-2400' }]);
    expect((await get(`${body.id}/devices.csv`)).status).toBe(409);
    const other = anotherCreation(api.store);
    expect(await other.resume()).toBe(1);
    expect(await ended(body.id)).toEqual({ status: 'FINISHED', created: ROWS - 1 });
    await other.stop();
    const { data } = await api.ask('query ($id: ID!) { deviceImport(id: $id) { rows valid created problems { exists duplicate } } }', {
      id: body.id,
    });
    expect(data.deviceImport).toEqual({ rows: ROWS, valid: ROWS, created: ROWS - 1, problems: { exists: 1, duplicate: 0 } });
    expect((await get(`${body.id}/invalid.csv`)).text).toContain('2401,kill-2400,EXISTS,');
    const after = (await get(`${body.id}/devices.csv`)).text.split('\r\n');
    expect(after).toEqual(secrets.text.split('\r\n').filter((line) => !line.startsWith('kill-2400,')));
    const told = createHash('sha256').update(after.slice(1, -1).join()).digest('hex');
    const real = await devices.find({ _id: /^impD\.kill-/, deviceName: { $ne: 'kill-2400' } }).toArray();
    const order = (name: string) => Number(name.slice(5));
    const lines = real
      .toSorted((a, b) => order(a.deviceName) - order(b.deviceName))
      .map(({ deviceName, ...device }) => `${deviceName},${openSecret(SEALING, device)}`);
    expect(createHash('sha256').update(lines.join()).digest('hex')).toBe(told);
  });

  test('R-DEV-6 an upload under the same key takes the place of one that hangs', async () => {
    const path = `${api.url}/imports?productKey=impD&idempotencyKey=hangs`;
    const hanging = request(path, { method: 'POST', headers: as(api.keys.operator) });
    const answered = new Promise<{ status?: number; text: string }>((done) =>
      hanging.on('response', async (response) => {
        let text = '';
        for await (const part of response) text += part;
        done({ status: response.statusCode, text });
      }),
    );
    await new Promise<void>((sent) => void hanging.write(`${names(1_200, 'hang').join('\n')}\n`, () => sent()));
    const { deviceImports } = api.store.collections;
    while (!(await deviceImports.findOne({ productKey: 'impD', status: 'CHECKING', rows: { $gt: 0 } }))) await new Promise(setImmediate);
    const { body } = await send('hang-1\nhang-2', 'productKey=impD&idempotencyKey=hangs');
    expect(await ended(body.id)).toEqual({ status: 'FINISHED', created: 2 });
    hanging.end(names(1_200, 'more').join('\n'));
    expect(await answered).toMatchObject({ status: 409, text: expect.stringContaining('IMPORT_REPLACED') });
    expect((await api.core.deviceImports.get(body.id))?.created).toBe(2);
    expect((await get(`${body.id}/devices.csv`)).text.split('\r\n')).toHaveLength(4);
  });
});

describe('secrets', () => {
  test('R-DEV-6 secrets are for the key that sent the file and for administrators, until they are forgotten', async () => {
    const { body } = await send('keep-1\nkeep-2', 'productKey=impD');
    await ended(body.id);
    const { key } = await api.core.access.createKey(
      { actorId: 'x', kind: 'KEY', name: 'x', products: null, role: 'ADMINISTRATOR' },
      { name: 'another', role: 'OPERATOR' },
    );
    expect(await get(`${body.id}/devices.csv`, key)).toMatchObject({ status: 403, text: expect.stringContaining('NOT_ALLOWED') });
    expect((await get(`${body.id}/devices.csv`, api.keys.viewer)).status).toBe(403);
    expect((await get(`${body.id}/devices.csv`, api.keys.administrator)).status).toBe(200);
    expect(JSON.parse((await get(body.id, api.keys.viewer)).text)).toMatchObject({ status: 'FINISHED', created: 2 });
    const mutation = 'mutation ($id: ID!) { forgetDeviceImport(input: { importId: $id }) { import { id } userErrors { code } } }';
    expect((await api.ask(mutation, { id: body.id }, key)).errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
    expect((await api.ask(mutation, { id: body.id })).data.forgetDeviceImport).toEqual({ import: { id: body.id }, userErrors: [] });
    expect((await get(`${body.id}/devices.csv`)).status).toBe(404);
    expect((await get(body.id)).status).toBe(404);
    expect(await devicesOf('impD')).toBeGreaterThan(1);
  });

  test('R-DEV-6 a day after its end an import is swept with its secrets; its devices stay', async () => {
    const { body } = await send('swept-1', 'productKey=impD');
    await ended(body.id);
    const hours = (count: number) => new Date(Date.now() + count * 3_600_000);
    await sweepImports(api.store.collections, hours(23));
    expect(await api.core.deviceImports.get(body.id)).not.toBeNull();
    await sweepImports(api.store.collections, hours(25));
    expect(await api.core.deviceImports.get(body.id)).toBeNull();
    expect((await stored()).slice(0, 3)).toEqual([0, 0, 0]);
    expect(await api.core.devices.get('impD.swept-1')).not.toBeNull();
  });
});

test('R-DEV-6 imports are listed, newest first, by product and status, and those of foreign products to nobody who is limited', async () => {
  await api.core.products.create(operator, { key: 'impE', name: 'Pumps' });
  const older = (await send('list-1', 'productKey=impE')).body.id;
  const newer = (await send('list-1\nno', 'productKey=impE')).body.import?.id;
  await ended(older);
  const listed = async (filter: object, key?: string, after: string | null = null) => {
    const query = `query ($filter: DeviceImportFilterInput, $after: String) {
      deviceImports(filter: $filter, first: 1, after: $after) { totalCount edges { node { id status } } pageInfo { hasNextPage endCursor } }
    }`;
    const { data } = await api.ask(query, { filter, after }, key);
    return data.deviceImports as { totalCount: number; edges: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  };
  const first = await listed({ productKey: 'impE' });
  expect(first).toMatchObject({ totalCount: 2, edges: [{ node: { id: newer, status: 'REFUSED' } }], pageInfo: { hasNextPage: true } });
  const rest = await listed({ productKey: 'impE' }, undefined, first.pageInfo.endCursor);
  expect(rest).toMatchObject({ edges: [{ node: { id: older, status: 'FINISHED' } }], pageInfo: { hasNextPage: false } });
  expect((await listed({ productKey: 'impE', status: 'FINISHED' })).edges).toEqual([{ node: { id: older, status: 'FINISHED' } }]);
  expect((await listed({ productKey: 'impE', status: 'EXPIRED' })).edges).toEqual([]);
  const { key } = await api.core.access.createKey(administrator, { name: 'of others', role: 'VIEWER', products: ['impD'] });
  expect(await listed({ productKey: 'impE' }, key)).toMatchObject({ totalCount: 0, edges: [] });
});
