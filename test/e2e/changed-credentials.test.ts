import { deviceIdOf } from '../../schema/model/ids';
import { createFleet } from '../support/devices/fleet';
import { ConnectRefused } from '../support/devices/session/mqtt-session';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft();
});
afterAll(() => updraft.stop());

const idOf = (name: string) => deviceIdOf(updraft.productKey, name);

test.each([
  [
    'another device has its name',
    async (name: string) => {
      await updraft.core.devices.delete(ADMIN, [idOf(name)]);
      const [made] = await updraft.core.devices.register(ADMIN, updraft.productKey, [{ deviceName: name }]);
      return made?.secret ?? '';
    },
  ],
  ['it has another secret', async (name: string) => (await updraft.core.devices.resetSecret(ADMIN, { deviceId: idOf(name) })).secret],
])('R-SAFE-2 a connected device is cut off when %s, stays out, and whoever has the new secret is upgraded', async (title, change) => {
  const name = title.replaceAll(' ', '-');
  const fleet = await updraft.fleet([{ deviceName: name }]);
  await updraft.until(async () => (await updraft.core.devices.get(idOf(name)))?.modules.default?.version === '1.0.0');
  const gone = fleet.device(name).waitFor('disconnected');
  const secret = await change(name);
  await gone;
  await expect(fleet.device(name).comeOnline()).rejects.toThrow(ConnectRefused);
  expect(await updraft.core.devices.get(idOf(name))).toMatchObject({ online: false });
  await fleet.stop();

  const next = createFleet({
    mqttUrl: updraft.platform.mqttUrl ?? '',
    pacing: { installMs: 10, rebootMs: 10, skipDownload: true },
    devices: [{ productKey: updraft.productKey, deviceName: name, secret, version: '1.1.0' }],
  });
  await next.start();
  await updraft.until(async () => (await updraft.core.devices.get(idOf(name)))?.modules.default?.version === '1.1.0');
  const batch = await updraft.push(await updraft.package(`9.0.${title.length}`), {}, { scope: { kind: 'targeted', deviceNames: [name] } });
  expect(await updraft.settled(batch)).toEqual({ [name]: 'SUCCEEDED' });
  await next.stop();
});
