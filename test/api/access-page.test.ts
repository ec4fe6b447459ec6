import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { taskIdOf } from '../../schema/model/ids';
import { aPackage, aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startTestApi, type TestApi } from './support/test-api';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/access.md'), 'utf8');
const blocks = Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```/gm), ([, block = '']) => block);

let issuer: TestIssuer;
let api: TestApi;
let TASK = '';
const folder = mkdtempSync(join(tmpdir(), 'updraft-access-'));
beforeAll(async () => {
  issuer = await startIssuer();
  api = await startTestApi({ access: { issuers: [{ ...issuer.issuer, ownerClaim: 'user' }], session: { idleMinutes: 60, hours: 12 } } });
  await api.core.products.create(administrator, { key: 'meterpro', name: 'Meters' });
  await api.core.devices.register(administrator, 'meterpro', [{ deviceName: 'meter-0001', owner: 'user-4711' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meterpro' }));
  const policy = { rate: { kind: 'constant', perMinute: 60 }, retry: null, timeoutMinutes: null, confirmation: true } as const;
  const input = { packageId: 'package1', scope: { kind: 'all' as const }, policy };
  const { _id: batchId } = await api.core.batches.createStatic(administrator, input);
  const waits = { status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null } as const;
  await api.store.collections.tasks.insertOne(aTask({ productKey: 'meterpro', deviceName: 'meter-0001', batchId, ...waits }));
  TASK = taskIdOf(batchId, 'meterpro.meter-0001');
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
  rmSync(folder, { recursive: true });
});

test('there are commands on the page', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
});

test.each(blocks)('R-UI-4 docs/access.md: %s', async (block) => {
  const TOKEN = await issuer.token();
  const USER_TOKEN = await issuer.token({ groups: [], user: 'user-4711' });
  const ISSUER_KEY = (await api.core.access.createKey(administrator, { name: 'server', role: 'ISSUER' })).key;
  const DEVICE = 'meterpro.meter-0001';
  const CODE = (await api.core.access.createPairingCode(administrator, DEVICE)).code;
  const person = await api.core.access.authenticate(await issuer.token({ sub: 'blocked' }));
  const TONIGHT = new Date(Date.now() + 36_000_000).toISOString();
  const script = [
    `auth() { printf 'Authorization: Bearer %s\\n' "$KEY"; }`,
    `gql() { (cd '${root}' && '${process.execPath}' docs/examples/gql.mjs "$@"); }`,
    'set -e',
    block.replaceAll('person:…', person?.actorId ?? ''),
  ].join('\n');
  const env = {
    PATH: process.env.PATH,
    URL: api.url,
    KEY: api.keys.administrator,
    TOKEN,
    USER_TOKEN,
    ISSUER_KEY,
    TASK,
    TONIGHT,
    CODE,
    DEVICE,
  };
  const child = spawn('sh', ['-c', script], { cwd: folder, env });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /"(viewer|expiresAt|people|person|\w+Person|createAppToken|confirmTasks|redeemPairingCode|unfinishedTasks|devices)"/,
  );
});
