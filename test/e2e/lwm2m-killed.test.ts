import type { Lwm2mStep } from '../../schema/model/lwm2m/upgrade';
import { freePort } from '../../server/embedded/free-port';
import type { DeviceObserver } from '../support/devices/device-events';
import type { Fleet } from '../support/devices/fleet';
import { defers, ignores, leavesPush, sticksIn, versionLater } from '../support/devices/lwm2m/lwm2m-behaviours';
import { patience, slowness } from '../support/devices/patience';
import { type Lwm2mFleetDevice, startLwm2mFleet } from '../support/lwm2m-fleet';
import { CELLS } from '../support/misbehaviours/lwm2m-rows';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

const held = { times: 'untilTold' } as const;
/** An Update every second; whoever has no answer to it tries again from the beginning soon. */
const TALKATIVE = { lifetimeSeconds: 2, ackTimeoutMs: patience(100) };
const { cellId, signalStrength, sinr } = CELLS.weak;
const WEAK = { cellId, signalStrength, sinr };

/** A device that holds an upgrade at a step until it is told to go on. */
interface Held extends Pick<Lwm2mFleetDevice, 'behaviours' | 'radio' | 'habits'> {
  /** With which request it is there, where the task's step says less. */
  asked?: string;
  step: Lwm2mStep;
}
const HELD: Record<string, Held> = {
  version: { step: 'VERSION', behaviours: [ignores('GET', '/3/0/3', held)] },
  signal: { step: 'VERSION', behaviours: [ignores('GET', '/4/0', held)], asked: 'GET /4/0' },
  // Behind the one that downloads in this cell.
  slot: { step: 'CELL_SLOT', radio: WEAK },
  start: { step: 'START', behaviours: [ignores('PUT', '/5/0/1', held)], asked: 'PUT /5/0/1' },
  download: { step: 'DOWNLOAD', behaviours: [sticksIn(1, held)] },
  push: { step: 'DOWNLOAD', behaviours: [leavesPush(3, held)], habits: { delivery: 1 } },
  execute: { step: 'EXECUTE', behaviours: [ignores('POST', '/5/0/2', held)], asked: 'POST /5/0/2' },
  update: { step: 'UPDATE', behaviours: [sticksIn(2, held)] },
  result: { step: 'RESULT', behaviours: [sticksIn(3, held)] },
  check: { step: 'CHECK', behaviours: [versionLater('told')] },
  deferred: { step: 'DEFERRED', behaviours: [defers('told')] },
};
/** Its cell has one slot. */
const HOLDER: Lwm2mFleetDevice = { deviceName: 'holder', behaviours: [sticksIn(1, held)], radio: WEAK, habits: TALKATIVE };

const devicesOf = (secure: boolean): (Lwm2mFleetDevice & Pick<Held, 'step' | 'asked'>)[] =>
  Object.entries(HELD).map(([name, { habits, ...each }]) => ({
    ...each,
    ...{ deviceName: `${name}-${secure ? 'dtls' : 'plain'}`, secure, habits: { ...TALKATIVE, ...habits } },
  }));

describe.each([
  ['with DTLS', true],
  ['without DTLS', false],
])('the gateway of LwM2M devices %s is killed -9 at every step of their upgrades at once', (_, secure) => {
  let updraft: UpdraftProcesses;
  let fleet: Fleet | undefined;
  const ports = { coap: 0, coaps: 0 };
  const startGateway = () =>
    updraft.start('gateway', {
      UPDRAFT_GATEWAY_ID: `${updraft.productKey}-gateway`,
      UPDRAFT_MQTT_PORT: '0',
      UPDRAFT_COAP_PORT: `${ports.coap}`,
      UPDRAFT_COAPS_PORT: `${ports.coaps}`,
    });
  beforeAll(async () => {
    Object.assign(ports, { coap: await freePort(), coaps: await freePort() });
    // Nobody is given up while the gateway is away.
    const limits = ['VERSION', 'SIGNAL', 'START', 'DOWNLOAD', 'UPDATE', 'RESULT', 'CHECK', 'DEFER'];
    updraft = await startProcesses(['api,worker'], {
      UPDRAFT_MINUTE_MS: `${Math.round(500 * slowness())}`,
      // What a device has left without an answer is asked again by this clock.
      UPDRAFT_REOFFER_MINUTES: '10',
      ...Object.fromEntries(limits.map((limit) => [`UPDRAFT_LWM2M_${limit}_MINUTES`, '1440'])),
    });
  });
  afterAll(async () => {
    await fleet?.stop();
    await updraft.stop();
  });

  test('R-FLOW-3 R-FLOW-4 R-FLOW-6 devices come back, by new handshakes where they have a key, and nothing is lost or done twice', async () => {
    const gateway = await startGateway();
    const { core, productKey, store } = updraft;
    const asked = new Set<string>();
    const observer: DeviceObserver = (deviceName, kind, event) => {
      const { method = '', path = '' } = event as { method?: string; path?: string };
      if (kind === 'asked') asked.add(`${deviceName} ${method} ${path}`);
    };
    const devices = devicesOf(secure);
    const urls = { coapUrl: `coap://127.0.0.1:${ports.coap}`, coapsUrl: `coaps://127.0.0.1:${ports.coaps}` };
    fleet = await startLwm2mFleet({ core, productKey, ...urls }, [HOLDER, ...devices], {}, observer);
    const { lwm2m } = fleet;
    const firmware = await updraft.package('2.0.0', 8_192);
    const targeted = (deviceNames: string[]) => updraft.push(firmware, {}, { scope: { kind: 'targeted', deviceNames } });
    const first = await targeted(['holder']);
    await updraft.until(async () => (await updraft.task(first, 'holder')).lwm2m?.step === 'DOWNLOAD');
    const batch = await targeted(devices.map(({ deviceName }) => deviceName));

    await updraft.until(async () => {
      const steps = new Map((await updraft.tasks(batch)).map((task) => [task.deviceName, task.lwm2m?.step]));
      return devices.every((each) =>
        each.asked ? asked.has(`${each.deviceName} ${each.asked}`) : steps.get(each.deviceName) === each.step,
      );
    });
    const connects = new Map(devices.map(({ deviceName }) => [deviceName, lwm2m(deviceName).counts.connects]));
    await gateway.kill();
    await startGateway();
    // Those with a session have lost it.
    const isBack = ({ deviceName }: Lwm2mFleetDevice) => lwm2m(deviceName).counts.connects > (connects.get(deviceName) ?? 0);
    await updraft.until(async () => !secure || devices.every(isBack));
    for (const { deviceName } of [HOLDER, ...devices]) lwm2m(deviceName).relent();

    for (const each of [batch, first]) await updraft.settled(each);
    const tasks = [...(await updraft.tasks(batch)), ...(await updraft.tasks(first))];
    expect(tasks.filter(({ status, attempt, attempts }) => status !== 'SUCCEEDED' || attempt > 1 || attempts.length > 0)).toEqual([]);
    for (const { deviceName } of tasks) {
      const { version, counts } = lwm2m(deviceName);
      // Addresses that it has taken, and packages that it has got.
      const expected = [deviceName, '2.0.0', deviceName.startsWith('push') ? 0 : 1, 1];
      expect([deviceName, version, counts.notifications, counts.downloads]).toEqual(expected);
    }
    // No slot is left behind.
    await updraft.until(async () => (await store.collections.cells.countDocuments({ 'slots.0': { $exists: true } })) === 0);
  });
});
