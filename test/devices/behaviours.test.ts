import * as behaviours from '../support/devices/behaviours';
import { type BarePlatform, startBarePlatform } from './bare-platform';
import { BODY, PRODUCT_KEY, received, startDevice, type Upgrading } from './upgrading';

let platform: BarePlatform;
let upgrading: Upgrading;

beforeEach(async () => {
  platform = await startBarePlatform(BODY);
});
afterEach(async () => {
  await upgrading.device.stop();
  await platform.close();
});

/** Notifies once and waits until the device has reported so much. */
async function run(behaviour: behaviours.Behaviour, count: number): Promise<(string | number)[]> {
  upgrading = await startDevice(platform, [behaviour]);
  upgrading.notify();
  await received(platform, () => upgrading.reports().length >= count);
  return upgrading.reports();
}

const UP_TO_100 = ['v1.0.0', 0, 25, 50, 75, 100];

test.each<[string, behaviours.Behaviour, (string | number)[]]>([
  ['stallsAt(30) reports 30 and no more', behaviours.stallsAt(30), ['v1.0.0', 0, 25, 30]],
  ['slow spreads its progress', behaviours.slow(20), [...UP_TO_100, 'v2.0.0']],
  ['wrongVersion comes up with it', behaviours.wrongVersion('9.9.9'), [...UP_TO_100, 'v9.9.9']],
  ['staysOnSourceVersion restarts with what it had', behaviours.staysOnSourceVersion(), [...UP_TO_100, 'v1.0.0']],
  ['neverReportsVersion ends with 100', behaviours.neverReportsVersion(), UP_TO_100],
  ['failsWith(-1) after 100', behaviours.failsWith(-1), [...UP_TO_100, -1]],
  ['failsWith(-2) before a byte', behaviours.failsWith(-2), ['v1.0.0', 0, -2]],
  ['failsWith(-3) before 100', behaviours.failsWith(-3), ['v1.0.0', 0, 25, 50, 75, -3]],
  ['failsWith(-4) after 100', behaviours.failsWith(-4), [...UP_TO_100, -4]],
  ['corruptDownload reports -3', behaviours.corruptDownload(), ['v1.0.0', 0, 25, 50, 75, -3]],
  ['disconnectsAt(notified) before any reaction', behaviours.disconnectsAt('notified'), ['v1.0.0', 'v1.0.0']],
  ['disconnectsAt(progress) forgets the upgrade', behaviours.disconnectsAt('progress'), ['v1.0.0', 0, 25, 'v1.0.0']],
  ['disconnectsAt(downloaded) after 100', behaviours.disconnectsAt('downloaded'), [...UP_TO_100, 'v1.0.0']],
  ['disconnectsAt(reboot) comes up late', behaviours.disconnectsAt('reboot', { forMs: 20 }), [...UP_TO_100, 'v2.0.0']],
])('%s', async (_, behaviour, expected) => {
  expect(await run(behaviour, expected.length)).toEqual(expected);
});

test('silent receives and reacts to nothing', async () => {
  upgrading = await startDevice(platform, [behaviours.silent()]);
  const notified = upgrading.device.waitFor('notified');
  upgrading.notify();
  await notified;
  // Whatever the notification set off would be sent before this report.
  upgrading.device.reportVersion();
  await received(platform, () => upgrading.reports().length >= 2);
  expect(upgrading.reports()).toEqual(['v1.0.0', 'v1.0.0']);
});

test('failsWith twice, then succeeds; a cut happens once', async () => {
  upgrading = await startDevice(platform, [behaviours.failsWith(-2, { times: 2 }), behaviours.disconnectsAt('progress')]);
  for (const until of [3, 5, 8]) {
    upgrading.notify();
    await received(platform, () => upgrading.reports().length >= until);
  }
  upgrading.notify();
  await received(platform, () => upgrading.reports().at(-1) === 'v2.0.0');
  expect(upgrading.reports()).toEqual(['v1.0.0', 0, -2, 0, -2, 0, 25, 'v1.0.0', 0, 25, 50, 75, 100, 'v2.0.0']);
});

test('reportsTwice publishes everything twice', async () => {
  const reports = await run(behaviours.reportsTwice(), 14);
  expect(reports).toEqual([...UP_TO_100, 'v2.0.0'].flatMap((report) => [report, report]));
});

test('reorders sends every second progress after what follows it, the last one after the version', async () => {
  expect(await run(behaviours.reorders(), 7)).toEqual(['v1.0.0', 25, 0, 75, 50, 'v2.0.0', 100]);
});

test('offlineUntil(told) connects when told, offlineUntil(ms) by itself', async () => {
  upgrading = await startDevice(platform, [behaviours.offlineUntil('told')]);
  expect(upgrading.device.connected).toBe(false);
  await upgrading.device.comeOnline();
  expect(upgrading.device.connected).toBe(true);
  await upgrading.device.stop();
  upgrading = await startDevice(platform, [behaviours.offlineUntil(1)]);
  await upgrading.device.waitFor('connected');
  expect(upgrading.device.counts.connects).toBe(1);
});

test('sendsGarbage sends what cannot be read on its own topics, and upgrades all the same', async () => {
  upgrading = await startDevice(platform, [behaviours.sendsGarbage()]);
  upgrading.notify();
  await received(platform, () => platform.uplinks.at(-1)?.payload.includes('"2.0.0"') ?? false);
  const unreadable = platform.uplinks.filter(({ payload }) => !payload.startsWith('{"id"'));
  expect(unreadable.length).toBeGreaterThan(20);
  expect(platform.uplinks.every(({ topic }) => topic.includes('meter-0001'))).toBe(true);
});

test('claimsTopicOf reports in another device’s name', async () => {
  upgrading = await startDevice(platform, [behaviours.claimsTopicOf(PRODUCT_KEY, 'meter-0002')]);
  await received(platform, () => platform.uplinks.length >= 3);
  expect(platform.uplinks.map(({ topic }) => topic)).toContain(`/ota/device/inform/${PRODUCT_KEY}/meter-0002`);
});

test('behaviours are plain JSON', () => {
  const all = [behaviours.silent(), behaviours.slow(1), behaviours.failsWith(-1), behaviours.disconnectsAt('reboot', { forMs: 5 })];
  expect(JSON.parse(JSON.stringify(all))).toEqual(all);
});
