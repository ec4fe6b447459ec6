import type { Batch, BatchTag } from '../../schema/model/batch/batch';
import { versionOf } from '../../schema/model/device/device-modules';
import type { UpgradeOffer } from '../support/devices/link/upgrade-offer';
import { patience } from '../support/devices/patience';
import { startUpdraft, type Updraft } from '../support/updraft';

const MODULES = { appl: '1.0.0', boot: '1.0.0' };
/** Long enough for two upgrades to be under way at once. */
const DOWNLOAD_MS = patience(3_000);

describe('several modules of Link devices over real MQTT', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '1000' });
  });
  afterAll(() => updraft.stop());

  test('R-BAT-13 R-BAT-17 R-FLOW-1 two modules are upgraded at once, a restart for one included, and each notification carries its tags', async () => {
    const offers: UpgradeOffer[] = [];
    const pacing = { downloadMs: DOWNLOAD_MS, rebootMs: 100 };
    const devices = ['both-0', 'both-1'].map((deviceName) => ({ deviceName, modules: MODULES }));
    const fleet = await updraft.fleet(devices, { pacing });
    for (const { deviceName } of devices) fleet.device(deviceName).on('notified', ({ offer }) => offers.push(offer));
    for (const { deviceName } of devices)
      await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.${deviceName}`))?.modules.boot);
    const tags = (module: string): BatchTag[] => [{ key: 'wave.of', value: module }];
    const packages = [await updraft.package('2.0.0', 4_096, 'appl'), await updraft.package('2.0.0', 4_096, 'boot')];
    const batches: Batch[] = [];
    for (const firmware of packages) batches.push(await updraft.push(firmware, { multiModule: true, tags: tags(firmware.module) }));
    for (const batch of batches) expect(await updraft.settled(batch)).toEqual({ 'both-0': 'SUCCEEDED', 'both-1': 'SUCCEEDED' });
    const [one, other] = await Promise.all(batches.map((batch) => updraft.task(batch, 'both-0')));
    expect(Number(one?.firstProgressAt)).toBeLessThan(Number(other?.endedAt));
    expect(Number(other?.firstProgressAt)).toBeLessThan(Number(one?.endedAt));
    for (const name of ['both-0', 'both-1'])
      expect(Object.fromEntries(fleet.device(name).versions)).toEqual({ default: '1.0.0', appl: '2.0.0', boot: '2.0.0' });
    expect(new Set(offers.map(({ module, extData }) => `${module} ${JSON.stringify(extData)}`))).toEqual(
      new Set(['appl {"wave.of":"appl"}', 'boot {"wave.of":"boot"}']),
    );
    await fleet.stop();
  });

  test('R-PKG-3 R-FLOW-1 modules are upgraded whatever case a device writes them in, with dots, and from a version with a +', async () => {
    const offers: UpgradeOffer[] = [];
    const source = '1.0.0+build.5';
    const fleet = await updraft.fleet([{ deviceName: 'cased-0', modules: { MCU: source, 'wifi.fw': source } }], {
      pacing: { rebootMs: 100 },
    });
    fleet.device('cased-0').on('notified', ({ offer }) => offers.push(offer));
    await updraft.until(async () => {
      const device = await updraft.core.devices.get(`${updraft.productKey}.cased-0`);
      return device && versionOf(device.modules, 'mcu') === source && versionOf(device.modules, 'wifi.fw') === source;
    });
    for (const [name, module] of [
      ['cased', 'Mcu'],
      ['dotted', 'WIFI.fw'],
    ] as const) {
      const firmware = await updraft.package('2.0.0+7~rc', 4_096, module, { name });
      const batch = await updraft.push(firmware, {}, { sourceVersions: [source] });
      expect(await updraft.settled(batch)).toEqual({ 'cased-0': 'SUCCEEDED' });
    }
    expect(Object.fromEntries(fleet.device('cased-0').versions)).toEqual({ default: '1.0.0', MCU: '2.0.0+7~rc', 'wifi.fw': '2.0.0+7~rc' });
    expect(offers.map(({ module }) => module)).toEqual(['MCU', 'wifi.fw']);
    await fleet.stop();
  });
});
