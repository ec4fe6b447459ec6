import { corruptDownload, failsWith, offlineUntil, resultCode } from '../support/devices/behaviours';
import type { Fleet } from '../support/devices/fleet';
import { ends } from '../support/devices/lwm2m/lwm2m-behaviours';
import { slowness } from '../support/devices/patience';
import { type Lwm2mFleetDevice, startLwm2mFleet } from '../support/lwm2m-fleet';
import { type DeviceOf, startUpdraft, type Updraft } from '../support/updraft';

const EACH = 8;
const once = { times: 1 };
const POLICY = { retry: { intervalMinutes: 0, maxRetries: 1 } };
const RESULT_CAUSE = 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE';

describe('One batch over Link, IoTDA and LwM2M devices', () => {
  let updraft: Updraft;
  let fleet: Fleet | undefined;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_COAP_PORT: '0', UPDRAFT_COAPS_PORT: '0', UPDRAFT_MINUTE_MS: `${Math.round(500 * slowness())}` });
  });
  afterAll(async () => {
    await fleet?.stop();
    await updraft.stop();
  });

  test('R-FLOW-1 R-FLOW-2 R-FLOW-3 R-FLOW-7 R-TASK-5 each goes the way of its dialect, and ends with the cause of its device', async () => {
    const { core, productKey, platform } = updraft;
    const { coapUrl = '', coapsUrl = '' } = platform;
    const numbers = Array.from({ length: EACH }, (_, index) => index);
    const mqtt: DeviceOf[] = [
      ...numbers.map((index): DeviceOf => ({ dialect: 'LINK', deviceName: `link-${index}` })),
      ...numbers.map((index): DeviceOf => ({ dialect: 'IOTDA', deviceName: `iotda-${index}` })),
      { dialect: 'LINK', deviceName: 'link-once', behaviours: [failsWith(-1, once)] },
      { dialect: 'LINK', deviceName: 'link-corrupt', behaviours: [corruptDownload()] },
      { dialect: 'IOTDA', deviceName: 'iotda-once', behaviours: [resultCode(4, once)] },
      { dialect: 'IOTDA', deviceName: 'iotda-full', behaviours: [resultCode(5)] },
      { dialect: 'IOTDA', deviceName: 'iotda-late', behaviours: [offlineUntil(1_000)] },
    ];
    const lwm2m: Lwm2mFleetDevice[] = [
      ...numbers.map((index) => ({ deviceName: `lwm2m-${index}`, secure: index % 2 === 0, habits: { delivery: index % 3 } })),
      { deviceName: 'lwm2m-once', behaviours: [ends(8, 'installed', once)] },
      { deviceName: 'lwm2m-full', behaviours: [ends(5, 'downloaded', once), ends(2, 'downloaded')] },
      { deviceName: 'lwm2m-late', behaviours: [offlineUntil(1_000)] },
    ];
    await updraft.fleet(mqtt);
    fleet = await startLwm2mFleet({ core, productKey, coapUrl, coapsUrl }, lwm2m);
    const batch = await updraft.push(await updraft.package('2.0.0', 8_192), POLICY);
    await updraft.settled(batch);
    const tasks = await updraft.tasks(batch);
    expect(tasks).toHaveLength(mqtt.length + lwm2m.length);
    const failed = tasks.filter(({ status }) => status !== 'SUCCEEDED').map(({ deviceName, status, cause }) => [deviceName, status, cause]);
    expect(failed.sort()).toEqual([
      ['iotda-full', 'FAILED', RESULT_CAUSE],
      ['link-corrupt', 'FAILED', 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
      ['lwm2m-full', 'FAILED', RESULT_CAUSE],
    ]);
    const causes = Object.fromEntries(tasks.map(({ deviceName, attempts }) => [deviceName, attempts.map(({ cause }) => cause)]));
    expect(causes).toMatchObject({
      'link-once': ['FIRMWARE_UPDATE_FAILED'],
      'iotda-once': ['LOW_BATTERY'],
      'lwm2m-once': ['FIRMWARE_UPDATE_FAILED'],
      'lwm2m-full': ['INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE', RESULT_CAUSE],
    });
    for (const { deviceName, status } of tasks) {
      if (!deviceName.startsWith('lwm2m')) continue;
      expect([deviceName, fleet.lwm2m(deviceName).version]).toEqual([deviceName, status === 'SUCCEEDED' ? '2.0.0' : '1.0.0']);
    }
  });
});
