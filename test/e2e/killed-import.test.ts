import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { createAccessService } from '../../core/access/service';
import { systemClock } from '../../core/clock';
import { openSecret } from '../../core/device-secrets/secrets';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { administrator, SEALING, settingsWith } from '../support/core-parts';
import { testEnvironment } from '../support/updraft';
import { startProcess, type UpdraftProcess } from '../support/updraft-process';

const ROWS = 60_000;
/** The last rows; every third of the others is behind one of them. */
const PARENTS = 20;
const CHILDREN = Math.ceil((ROWS - PARENTS) / 3);
const environment = testEnvironment({ UPDRAFT_ROLES: 'api' });
let store: Store;
let server: UpdraftProcess;
let headers: Record<string, string>;

beforeAll(async () => {
  store = await connectStore(environment.MONGODB_URI ?? '', { dbName: new URL(environment.MONGODB_URI ?? '').pathname.slice(1) });
  server = await startProcess(environment);
  const access = createAccessService({ store, settings: settingsWith(), clock: systemClock });
  const { key } = await access.createKey(administrator, { name: 'operator', role: 'OPERATOR' });
  headers = { authorization: `Bearer ${key}`, 'content-type': 'text/csv' };
  await store.collections.products.insertOne({ _id: 'killA', name: 'Meters', dialect: 'LINK', createdAt: new Date() });
});

afterAll(async () => {
  await server.kill();
  await store.connection.dropDatabase();
  await store.close();
  rmSync(environment.UPDRAFT_DATA_DIR ?? '', { recursive: true, force: true });
});

const nameOf = (index: number): string => `meter-${String(index).padStart(6, '0')}`;
const parentOf = (index: number): string => nameOf(ROWS - PARENTS + (index % PARENTS));
const file = Array.from(
  { length: ROWS },
  (_, index) => `${nameOf(index)},${index % 3 === 0 && index < ROWS - PARENTS ? parentOf(index) : ''}\n`,
);
const head = 'deviceName,parent\n';
const address = (path: string): string => `${server.apiUrl}/imports${path}`;
const send = () => fetch(address('?productKey=killA&idempotencyKey=june'), { method: 'POST', body: head + file.join(''), headers });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const devices = () => store.collections.devices.countDocuments({ productKey: 'killA' });
const childrenThere = () => store.collections.devices.countDocuments({ parentId: { $exists: true } });
/** By what their parents say. */
async function childrenCounted(): Promise<number> {
  const parents = await store.collections.devices.find({ children: { $exists: true } }).toArray();
  return parents.reduce((sum, { children = 0 }) => sum + children, 0);
}

async function theImport(holds: (found: { status: string; rows: number; piecesDone: number; pieces: number }) => boolean) {
  for (;;) {
    const found = await store.collections.deviceImports.findOne({ productKey: 'killA' });
    if (found && holds(found)) return found;
    await pause();
  }
}

test('R-DEV-6 an import whose process is killed -9 while it is sent is sent again, and while it creates devices ends by itself', async () => {
  const upload = request(address('?productKey=killA&idempotencyKey=june'), { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write(head + file.slice(0, ROWS / 2).join(''));
  await theImport(({ rows }) => rows > 0);
  await server.kill();
  expect(await devices()).toBe(0);

  server = await startProcess(environment);
  const answer = await send();
  const body = (await answer.json()) as { id: string };
  expect([answer.status, body]).toMatchObject([202, { status: 'CREATING', rows: ROWS, invalid: 0 }]);
  await theImport(({ piecesDone }) => piecesDone > 0);
  await server.kill();
  expect(await theImport(() => true)).toMatchObject({ _id: body.id, status: 'CREATING' });
  const left = await devices();
  expect([left > 0, left < ROWS]).toEqual([true, true]);

  server = await startProcess(environment);
  await theImport(({ piecesDone, pieces }) => piecesDone > pieces);
  await server.kill();
  // The wait until others take it for left behind has been seen above.
  await store.collections.deviceImports.updateOne({ _id: body.id }, { $set: { renewedAt: new Date(0) } });
  expect(await theImport(() => true)).toMatchObject({ _id: body.id, status: 'CREATING' });
  expect(await childrenCounted()).toBe(await childrenThere());

  server = await startProcess(environment);
  expect(await theImport(({ status }) => status === 'FINISHED')).toMatchObject({ _id: body.id, created: ROWS, attempt: 2 });
  const again = await send();
  expect([again.status, await again.json()]).toMatchObject([200, { id: body.id, created: ROWS }]);
  expect(await devices()).toBe(ROWS);
  expect([await childrenThere(), await childrenCounted()]).toEqual([CHILDREN, CHILDREN]);
  const told = (await (await fetch(address(`/${body.id}/devices.csv`), { headers })).text()).trim().split('\r\n').slice(1);
  const real = await store.collections.devices.find({ productKey: 'killA' }).sort({ _id: 1 }).toArray();
  expect(told).toEqual(real.map((device) => `${device.deviceName},${openSecret(SEALING, device)}`));
});
