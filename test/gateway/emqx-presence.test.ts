import { createEmqxApi, type EmqxApi } from '../../gateways/mqtt/external/emqx-api';
import { createEmqxPresence, readPresenceEvent } from '../../gateways/mqtt/external/emqx-presence';
import { createResolve } from '../../gateways/mqtt/external/resolve';
import { createSendWindow } from '../../gateways/mqtt/external/send-window';
import { patience } from '../support/devices/patience';
import { bothDialects } from './both-dialects';
import { type FakeEmqx, startFakeEmqx } from './emqx-support';
import { iotdaOptions, VECTOR } from './iotda-support';
import { deviceId, RecordingCore } from './recording-core';
import { deviceOptions, topics } from './support';

const { clientId = '', username } = deviceOptions();
/** As EMQX words it. */
const event = (kind: 'connected' | 'disconnected', at: number, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      username,
      ts: at,
      sockport: 1883,
      proto_ver: 4,
      ipaddress: '127.0.0.1',
      [`${kind}_at`]: at,
      clientid: clientId,
      ...more,
    }),
  );
const topic = (kind: string) => `$SYS/brokers/emqx@127.0.0.1/clients/${clientId}/${kind}`;

async function presence(api?: EmqxApi) {
  const core = new RecordingCore();
  const parts = await bothDialects(core);
  const left: unknown[] = [];
  core.devices.left = async (id, _gateway, session) => {
    left.push([id, session]);
    return true;
  };
  const take = createEmqxPresence({
    ...parts,
    gatewayId: 'broker/test',
    resolve: createResolve(core.devices),
    ...(api && { api }),
  });
  return { core, left, take, settled: () => parts.queues.stop(patience(60_000)) };
}

test("R-DEV-2 EMQX's events bring a device on-line and off-line, with sessions that sort by time", async () => {
  const { core, left, take, settled } = await presence();
  await take(topic('connected'), event('connected', 1_645_003_578_036));
  await take(topic('disconnected'), event('disconnected', 1_645_003_578_536, { reason: 'tcp_closed' }));
  await settled();
  expect(core.calls).toEqual([{ call: 'connected', deviceId: deviceId(), sessionId: 't001645003578036' }]);
  expect(left).toEqual([[deviceId(), { until: 't001645003578536' }]]);
});

test('R-DEV-2 an IoTDA device is found by either of its names', async () => {
  const { core, take, settled } = await presence();
  const { clientId: clientid, username } = iotdaOptions();
  await take(topic('connected'), event('connected', 1, { clientid, username }));
  await take(
    topic('connected'),
    event('connected', 2, { clientid: `${VECTOR.deviceName}_2_0_${VECTOR.hour}`, username: VECTOR.deviceName }),
  );
  await settled();
  expect(core.calls.map((call) => 'deviceId' in call && call.deviceId)).toEqual([VECTOR.deviceId, deviceId(VECTOR.deviceName)]);
});

test.each<[string, string, Buffer]>([
  ['another topic', '$SYS/brokers/emqx/stats/connections', event('connected', 1)],
  ['no JSON', topic('connected'), Buffer.from('{')],
  ['no user name', topic('connected'), event('connected', 1, { username: null })],
  ['no time', topic('connected'), event('connected', 1, { connected_at: 'soon' })],
  ['the end of a connection whose place another one took', topic('disconnected'), event('disconnected', 1, { reason: 'takenover' })],
  ['the end of a discarded connection', topic('disconnected'), event('disconnected', 1, { reason: 'discarded' })],
])('R-DEV-2 %s changes nothing', (_name, on, payload) => {
  expect(readPresenceEvent(on, payload)).toBeNull();
});

test('R-DEV-2 clients that are no devices change nothing, and other topics are left to others', async () => {
  const { core, take, settled } = await presence();
  await take(topic('connected'), event('connected', 1, { clientid: 'updraft-1', username: 'updraft' }));
  expect(take('/ota/device/inform/pk/dn', Buffer.alloc(0))).toBe(false);
  await settled();
  expect(core.calls).toEqual([]);
});

test('R-FLOW-1 no more than the broker allows are sent at once, so many wait, and the rest is refused', async () => {
  const room = createSendWindow(2, 1);
  expect(await Promise.all([room.enter(), room.enter()])).toEqual([true, true]);
  const waits = room.enter();
  expect(await room.enter()).toBe(false);
  room.leave();
  expect(await waits).toBe(true);
  room.resize(1);
  const last = room.enter();
  room.leave();
  room.giveUp();
  expect(await last).toBe(false);
  room.leave();
  expect(await room.enter()).toBe(true);
});

describe("R-FLOW-1 devices are subscribed by EMQX's API", () => {
  let emqx: FakeEmqx;
  beforeEach(async () => {
    emqx = await startFakeEmqx();
    emqx.clients = [{ clientId, username: String(username) }];
  });
  afterEach(() => emqx.stop());
  const api = () => createEmqxApi(emqx.settings);

  test('R-FLOW-1 to its own topics when it connects, before it counts as on-line', async () => {
    const { core, take, settled } = await presence(api());
    await take(topic('connected'), event('connected', 1));
    await settled();
    expect(emqx.asked).toMatchObject([
      {
        method: 'POST',
        path: `/api/v5/clients/${encodeURIComponent(clientId)}/subscribe/bulk`,
        authorization: `Basic ${Buffer.from('key:secret').toString('base64')}`,
        body: [topics().upgrade, topics().getReply, topics().downloadReply].map((each) => ({ topic: each, qos: 0 })),
      },
    ]);
    expect(core.calls).toHaveLength(1);
  });

  test('R-FLOW-1 one that has gone is left alone, and a refusal is an error that is tried again', async () => {
    await expect(api().subscribe('gone', ['a'])).resolves.toBeUndefined();
    emqx.refuses = () => 401;
    await expect(api().subscribe('client', ['a'])).rejects.toThrow('answered 401');
  });
});
