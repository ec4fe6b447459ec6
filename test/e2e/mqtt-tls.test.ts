import { readFileSync } from 'node:fs';
import { startUpdraft, type Updraft } from '../support/updraft';

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft({ UPDRAFT_MQTTS_PORT: '0' });
});
afterAll(() => updraft.stop());

test('R-FLOW-1 a batch reaches devices over TLS, which trust the CA that the first start made, beside devices over TCP', async () => {
  const ca = readFileSync(updraft.caFile, 'utf8');
  const secure = await updraft.fleet([{ deviceName: 'secure-1' }, { deviceName: 'secure-2' }], { mqttUrl: updraft.platform.mqttsUrl, ca });
  const plain = await updraft.fleet([{ deviceName: 'plain-1' }]);
  const batch = await updraft.push(await updraft.package('2.0.0'));
  expect(await updraft.settled(batch)).toEqual({ 'secure-1': 'SUCCEEDED', 'secure-2': 'SUCCEEDED', 'plain-1': 'SUCCEEDED' });
  expect(secure.stats()).toMatchObject({ connected: 2, problems: 0 });
  expect(plain.stats()).toMatchObject({ connected: 1, problems: 0 });
});

test('R-FLOW-1 devices with a pre-shared key know no CA, and are upgraded over the same port, connecting anew after they restart', async () => {
  const keyed = await updraft.fleet(
    [
      { deviceName: 'keyed-1', psk: true },
      { deviceName: 'keyed-2', psk: true },
    ],
    {
      mqttUrl: updraft.platform.mqttsUrl,
    },
  );
  const scope = { kind: 'targeted' as const, deviceNames: ['keyed-1', 'keyed-2'] };
  const batch = await updraft.push(await updraft.package('3.0.0'), {}, { scope });
  expect(await updraft.settled(batch)).toEqual({ 'keyed-1': 'SUCCEEDED', 'keyed-2': 'SUCCEEDED' });
  expect(keyed.stats()).toMatchObject({ connected: 2, connects: 4, downloads: 2, problems: 0 });
});

test('R-FLOW-1 a device that does not know the CA refuses the server', async () => {
  await expect(updraft.fleet([{ deviceName: 'careful' }], { mqttUrl: updraft.platform.mqttsUrl })).rejects.toThrow(
    /self-signed|unable to verify/,
  );
});
