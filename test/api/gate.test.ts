import express from 'express';
import { Registry } from 'prom-client';
import { createApp } from '../../api/app';
import { routeOf } from '../../api/transport/gate';
import { NO_RATE_LIMIT } from '../../api/transport/rate-limit';
import { ROUTES, type RouteName, type Who } from '../../core/access/permissions/routes';
import { openRows, sealedRows } from '../../core/device-secrets/import-rows';
import { deviceSealing } from '../../core/device-secrets/secrets';
import { administrator, MASTER_KEY, operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

interface Layer {
  handle: { (...args: unknown[]): unknown; length: number };
  route?: { path: string; stack: Layer[] };
}
const layersOf = (app: express.Express): Layer[] => (app.router as unknown as { stack: Layer[] }).stack;

/** What Express has been given: the entry of the table it stands behind, or undefined. */
const entriesOf = (app: express.Express): (RouteName | undefined)[] =>
  layersOf(app).flatMap(({ handle, route }) => (route?.stack ?? [{ handle }]).map((layer) => routeOf(layer.handle)));

let api: TestApi;
let app: string;
const ids: Record<string, string> = {};
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'gate', name: 'Meters' });
  await api.core.devices.register(operator, 'gate', [{ deviceName: 'dev-1' }]);
  app = (await api.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: ['gate.dev-1'] })).key;
  for (const what of ['lists', 'imports']) {
    const response = await fetch(`${api.url}/${what}?productKey=gate`, {
      method: 'POST',
      body: 'deviceName\n=none',
      headers: { authorization: `Bearer ${api.keys.operator}`, 'content-type': 'text/csv' },
    });
    const body = (await response.json()) as { id?: string; import?: { id: string } };
    ids[what] = body.id ?? body.import?.id ?? '';
  }
});
afterAll(() => api.stop());

const routes = Object.keys(ROUTES) as RouteName[];
/** Without anything that was shown before. `test/api/sign-in.test.ts` has what proves somebody there. */
const OPEN: readonly Who[] = ['ANYONE', 'SIGN_IN'];
const whoMay = (route: RouteName): Who => ROUTES[route];

async function ask(route: RouteName, key: string | null, id?: string): Promise<{ status: number; text: string; headers: Headers }> {
  const [method = '', path = ''] = route.split(' ');
  const known = ids[path.split('/')[1] ?? ''] ?? 'none';
  const response = await fetch(`${api.url}${path.replace(':id', id ?? known)}`, {
    method: method === 'ALL' ? 'GET' : method,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('R-SAFE-4 one gate before every address', () => {
  test('R-SAFE-4 Express has nothing that does not stand behind an entry of the table, and every entry is there', async () => {
    const { core } = api;
    const logger = { error: () => undefined };
    const more = {
      limits: {} as never,
      rate: NO_RATE_LIMIT,
      ready: async () => null,
      registry: new Registry(),
      meters: new Registry(),
      explorer: true,
      console: { folder: '', sections: new Set<string>() },
    };
    const deps = { core, logger, ...more };
    const served = entriesOf(await createApp(deps, express.Router()));
    expect(served.sort()).toEqual([...routes].sort());
  });

  test('R-SAFE-4 and what is put past the gate is found', () => {
    const other = express();
    other.get('/secrets', (_req, res) => void res.send('x'));
    other.use('/more', express.Router());
    expect(entriesOf(other)).toEqual([undefined, undefined]);
  });

  test.each(routes.filter((route) => !OPEN.includes(whoMay(route))))('R-SAFE-4 %s: nobody without a key', async (route) => {
    for (const key of [null, 'none', `updraft_${'0'.repeat(16)}_${'A'.repeat(43)}`]) {
      const { status, headers, text } = await ask(route, key);
      expect([status, headers.get('www-authenticate'), text.includes('NOT_SIGNED_IN')]).toEqual([401, 'Bearer', true]);
    }
  });

  test.each(routes.filter((route) => ![...OPEN, 'ANY_KEY'].includes(whoMay(route))))(
    'R-SAFE-4 R-UI-4 %s: an app is refused, and learns nothing of what exists',
    async (route) => {
      const [there, missing] = [await ask(route, app), await ask(route, app, 'none')];
      expect([there.status, JSON.parse(there.text).errors[0].code]).toEqual([403, 'NOT_ALLOWED']);
      expect([missing.status, missing.text]).toEqual([there.status, there.text]);
    },
  );

  test.each(routes.filter((route) => whoMay(route) === 'OPERATOR'))('R-SAFE-4 %s: a viewer is refused likewise', async (route) => {
    const [there, missing] = [await ask(route, api.keys.viewer), await ask(route, api.keys.viewer, 'none')];
    expect([there.status, missing.status, missing.text]).toEqual([403, 403, there.text]);
  });

  test.each(routes.filter((route) => whoMay(route) !== 'SIGN_IN'))(
    'R-SAFE-4 %s: who may use it gets past the gate, and nobody in between keeps the answer',
    async (route) => {
      const key = {
        ANYONE: null,
        SIGN_IN: null,
        ANY_KEY: api.keys.viewer,
        VIEWER: api.keys.viewer,
        OPERATOR: api.keys.operator,
        ADMINISTRATOR: api.keys.administrator,
      }[whoMay(route)];
      const { status, headers } = await ask(route, key);
      expect([401, 403]).not.toContain(status);
      if (whoMay(route) !== 'ANYONE') {
        expect(headers.get('cache-control')).toMatch('no-store');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );

  test('R-SAFE-4 nothing is served beside the table', async () => {
    for (const path of ['/lists', '/imports', '/batches', '/packages', '/imports/x/other', '/metrics.json']) {
      expect((await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${api.keys.administrator}` } })).status).toBe(404);
    }
  });
});

describe('R-SAFE-4 ids of lists and imports', () => {
  const send = async (address: string, body = 'deviceName\nnew-1') => {
    const response = await fetch(`${api.url}${address}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${api.keys.operator}`, 'content-type': 'text/csv' },
    });
    return (await response.json()) as { id: string; import?: { id: string } };
  };

  test('R-SAFE-4 have 128 bits that nobody can guess', () => {
    expect(ids.lists).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.imports).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.lists?.slice(0, 8)).not.toBe(ids.imports?.slice(0, 8));
  });

  test('R-SAFE-4 R-DEV-6 an idempotency key gives the same one again, which cannot be computed from it', async () => {
    const first = await send('/imports?productKey=gate&idempotencyKey=june', 'deviceName\njune-1');
    expect(first.id).toMatch(/^[0-9a-f]{32}$/);
    expect((await send('/imports?productKey=gate&idempotencyKey=june', 'deviceName\njune-1')).id).toBe(first.id);
    expect(first.id.slice(0, 24)).not.toBe(await earlierId('june'));
  });

  test('R-SAFE-4 those of earlier versions go on working: read, and sent again by their key', async () => {
    const { deviceImports, deviceImportPieces, deviceLists } = api.store.collections;
    const sealing = deviceSealing([MASTER_KEY]);
    const made = await send('/imports?productKey=gate&idempotencyKey=may', 'deviceName\nmay-01');
    let stored = await deviceImports.findOne({ _id: made.id });
    for (; stored?.status !== 'FINISHED'; stored = await deviceImports.findOne({ _id: made.id }));
    const earlier = await earlierId('may');
    await deviceImports.insertOne({ ...stored, _id: earlier });
    await deviceImports.deleteOne({ _id: made.id });
    for await (const piece of deviceImportPieces.find({ _id: { $regex: `^${made.id}` } })) {
      // They are sealed for their place.
      const _id = piece._id.replace(made.id, earlier);
      await deviceImportPieces.insertOne({ _id, sealedRows: sealedRows(sealing, _id, openRows(sealing, piece)) });
    }
    expect((await send('/imports?productKey=gate&idempotencyKey=may', 'deviceName\nmay-01')).id).toBe(earlier);
    expect((await ask('GET /imports/:id/devices.csv', api.keys.operator, earlier)).text).toMatch(/^deviceName,secret\r\nmay-01,/);

    const list = await deviceLists.findOne({ _id: ids.lists });
    if (!list) throw new Error('the list is gone');
    await deviceLists.insertOne({ ...list, _id: '665f1c2e9b1e8a0012345678' });
    expect((await ask('GET /lists/:id/invalid.csv', api.keys.viewer, '665f1c2e9b1e8a0012345678')).status).toBe(200);
    expect((await ask('GET /lists/:id/invalid.csv', app, '665f1c2e9b1e8a0012345678')).status).toBe(403);
  });

  async function earlierId(idempotencyKey: string): Promise<string> {
    const viewer = await api.core.access.authenticate(api.keys.operator);
    const { createHash } = await import('node:crypto');
    return createHash('sha256').update(`${viewer?.actorId}:${idempotencyKey}`).digest('hex').slice(0, 24);
  }
});
