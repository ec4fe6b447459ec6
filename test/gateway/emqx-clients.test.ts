import { setTimeout as delay } from 'node:timers/promises';
import { startClientCheck } from '../../gateways/mqtt/external/client-check';
import { createEmqxApi, type EmqxClient } from '../../gateways/mqtt/external/emqx-api';
import { createResolve } from '../../gateways/mqtt/external/resolve';
import { bothDialects } from './both-dialects';
import { type FakeEmqx, startFakeEmqx } from './emqx-support';
import { iotdaOptions, VECTOR } from './iotda-support';
import { deviceId, RecordingCore } from './recording-core';
import { deviceOptions } from './support';

/** A client that speaks for the device. */
function link(deviceName: string): EmqxClient {
  const { clientId = '', username = '' } = deviceOptions({ deviceName });
  return { clientId: `${deviceName}-${clientId}`, username };
}
const node = (name: string): EmqxClient => ({ clientId: `${name}_2_0_${VECTOR.hour}`, username: name });
const ids = (clients: readonly EmqxClient[]) => clients.map(({ clientId }) => clientId);

let emqx: FakeEmqx;
let core: RecordingCore;
const checks: { stop(): Promise<void> }[] = [];
let parts: Awaited<ReturnType<typeof bothDialects>>;
const notAllowed = async () => {
  const { values } = (await parts.metrics.registry.getSingleMetric('updraft_gateway_closed_total')?.get()) ?? { values: [] };
  return values.find(({ labels }) => labels.reason === 'not_allowed')?.value ?? 0;
};

beforeEach(async () => {
  emqx = await startFakeEmqx();
  core = new RecordingCore();
  parts = await bothDialects(core);
});
afterEach(async () => {
  await Promise.all(checks.splice(0).map((check) => check.stop()));
  await emqx.stop();
});

async function check({ everyMs = 20, isMine = (): boolean => true } = {}) {
  const api = createEmqxApi(emqx.settings);
  const resolve = createResolve(core.devices);
  const started = startClientCheck({ ...parts, resolve, api, gatewayId: 'broker/test', everyMs, isMine });
  checks.push(started);
  return started;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}
/** Each pass over all clients begins without a cursor. */
const passes = () => emqx.asked.filter(({ query, path }) => path.endsWith('_v2') && !query.has('cursor') && !query.has('username')).length;
const pass = async (count = 2) => {
  const begun = passes();
  await until(() => passes() >= begun + count);
};

describe('R-DEV-2 connections at EMQX of devices that may have none', () => {
  test('those of deleted devices and of nobody known end, in whatever portion; others stay, and are asked for again', async () => {
    core.removed.add(deviceId('removed'));
    core.unknown.add('gone-node');
    const allowed = [link('meter-0001'), { clientId: 'dashboard', username: 'ops' }, { clientId: 'updraft-1', username: 'updraft' }];
    emqx.clients = [link('removed'), ...allowed, node('gone-node'), node('node-1')];
    emqx.portion = 2;
    const before = await notAllowed();
    await check();
    await pass();
    expect(emqx.ended.sort()).toEqual(ids([node('gone-node'), link('removed')]).sort());
    expect(ids(emqx.clients)).toEqual(ids([...allowed, node('node-1')]));
    expect((await notAllowed()) - before).toBe(2);
    const [list, end] = [emqx.asked[0], emqx.asked.find(({ method }) => method === 'DELETE')];
    expect(Object.fromEntries(list?.query ?? [])).toEqual({ limit: '1000', conn_state: 'connected', fields: 'clientid,username' });
    expect(end).toMatchObject({ path: `/api/v5/clients/${encodeURIComponent(link('removed').clientId)}`, body: undefined });
    expect(end?.authorization).toBe(`Basic ${Buffer.from('key:secret').toString('base64')}`);
  });

  test('a disabled device is found by its user names, all of its connections end, and it is off-line', async () => {
    const { clientId = '', username = '' } = iotdaOptions();
    const disabled = [link('stopped'), { ...link('stopped'), clientId: `2${link('stopped').clientId}` }, { clientId, username }];
    emqx.clients = [...disabled, link('meter-0001')];
    const wanted = [deviceId('stopped'), VECTOR.deviceId];
    for (const id of wanted) {
      core.disabledNow.add(id);
      core.sessions.set(id, 't1');
    }
    const { left } = core.devices;
    core.devices.left = async (id, ...rest) => {
      core.disabledNow.delete(id);
      return left(id, ...rest);
    };
    const running = await check({ everyMs: 1_000 });
    await core.until(() => core.calls.length === 2);
    await running.stop();
    expect(emqx.ended).toEqual(ids(disabled));
    expect(core.calls).toEqual(wanted.map((id) => ({ call: 'disconnected', deviceId: id, sessionId: 't1' })));
    expect(emqx.asked.find(({ query }) => query.has('username'))?.query.getAll('username')).toEqual(
      expect.arrayContaining([link('stopped').username, VECTOR.id, VECTOR.deviceName]),
    );
  });

  test('what EMQX refuses is found by a later look; one that has gone meanwhile is no failure, and counts for none', async () => {
    core.removed.add(deviceId('removed')).add(deviceId('gone'));
    emqx.clients = [link('removed'), link('meter-0001')];
    let refusals = 3;
    emqx.refuses = ({ method }) => {
      if (method !== 'DELETE' || refusals === 0) return undefined;
      refusals -= 1;
      return [500, 401, 404][refusals];
    };
    const before = await notAllowed();
    await check();
    await until(() => emqx.ended.length === 1);
    await pass();
    expect(emqx.ended).toEqual([link('removed').clientId]);
    expect((await notAllowed()) - before).toBe(1);
  });

  test('a list that cannot be read, or whose cursor is not known any more, begins anew', async () => {
    core.removed.add(deviceId('removed'));
    emqx.clients = [link('meter-0001'), link('removed')];
    emqx.portion = 1;
    let cursors = 0;
    emqx.refuses = ({ query }) => {
      if (query.has('cursor')) cursors += 1;
      return cursors === 1 && query.has('cursor') ? 400 : undefined;
    };
    await check();
    await until(() => emqx.ended.length === 1);
    expect(cursors).toBeGreaterThan(1);
  });

  test('one gateway at a time looks, and none waits at its end for an answer', async () => {
    core.removed.add(deviceId('removed'));
    emqx.clients = [link('removed')];
    let mine = false;
    let asked = 0;
    const running = await check({
      isMine() {
        asked += 1;
        return mine;
      },
    });
    await until(() => asked > 4);
    expect(emqx.asked).toEqual([]);
    emqx.refuses = () => 0;
    mine = true;
    await until(() => emqx.asked.length > 0);
    await expect(running.stop()).resolves.toBeUndefined();
    expect(emqx.ended).toEqual([]);
  });
});
