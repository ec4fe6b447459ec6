import { silent } from '../support/devices/behaviours';
import { createFleet } from '../support/devices/fleet';
import { ConnectRefused } from '../support/devices/session/mqtt-session';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

describe('Devices that are not, or no longer, welcome', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MQTT_SESSION_CHECK_MS: '50', UPDRAFT_METRICS_PORT: '0' });
  });
  afterAll(() => updraft.stop());

  const stored = (name: string) => updraft.core.devices.get(`${updraft.productKey}.${name}`);
  const key = async (role: 'VIEWER' | 'APP', deviceIds?: string[]) =>
    (await updraft.core.access.createKey(ADMIN, { name: role, role, deviceIds })).key;
  const ask = (url: string | undefined, bearer?: string) =>
    fetch(url ?? '', { headers: { ...(bearer && { authorization: `Bearer ${bearer}` }) } });
  async function counted(sample: string): Promise<number> {
    const text = await (await ask(`${updraft.platform.apiUrl}/metrics`, await key('VIEWER'))).text();
    const line = text.split('\n').find((each) => each.startsWith(`updraft_gateway_${sample} `));
    return Number(line?.split(' ')[1]);
  }

  test('R-DEV-2 a device that is deleted or disabled while it is connected is disconnected and not let in again', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'deleted' }, { deviceName: 'disabled' }, { deviceName: 'kept' }]);
    // A session that is known is closed by the check; one that is not yet, is not let in.
    for (const name of ['deleted', 'disabled']) await updraft.until(async () => (await stored(name))?.online);
    const gone = Promise.all(['deleted', 'disabled'].map((name) => fleet.device(name).waitFor('disconnected')));
    await updraft.core.devices.delete(ADMIN, [`${updraft.productKey}.deleted`]);
    await updraft.core.devices.setEnabled(ADMIN, [`${updraft.productKey}.disabled`], false);
    await gone;
    for (const name of ['deleted', 'disabled']) await expect(fleet.device(name).comeOnline()).rejects.toThrow(ConnectRefused);
    expect(fleet.device('kept').connected).toBe(true);
    expect(await counted('closed_total{reason="not_allowed"}')).toBe(2);
    await fleet.stop();
  });

  test('R-DEV-2 R-TASK-7 the task of a disabled device waits, and goes on when it is enabled and connects again', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'resting', behaviours: [silent()] }]);
    const batch = await updraft.push(await updraft.package('3.0.0'), {}, { scope: { kind: 'targeted', deviceNames: ['resting'] } });
    await updraft.until(async () => (await updraft.task(batch, 'resting')).status === 'NOTIFIED');
    const gone = fleet.device('resting').waitFor('disconnected');
    const ids = [`${updraft.productKey}.resting`];
    await updraft.core.devices.setEnabled(ADMIN, ids, false);
    await gone;
    await updraft.until(async () => !(await updraft.task(batch, 'resting')).reachable);
    await fleet.stop();
    await updraft.core.devices.setEnabled(ADMIN, ids, true);
    const { secret } = (await updraft.core.devices.credentials(updraft.productKey, 'resting')) ?? { secret: '' };
    const again = createFleet({
      mqttUrl: updraft.platform.mqttUrl ?? '',
      devices: [{ productKey: updraft.productKey, deviceName: 'resting', secret, version: '1.0.0' }],
    });
    await again.start();
    expect(await updraft.settled(batch)).toEqual({ resting: 'SUCCEEDED' });
    await again.stop();
  });

  test('R-TASK-2 progress for no task, and for one that has ended, changes nothing and is counted', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'talker' }]);
    const before = await counted('ignored_reports_total');
    fleet.device('talker').reportStep(50);
    await updraft.until(async () => (await counted('ignored_reports_total')) === before + 1);
    const batch = await updraft.push(await updraft.package('2.0.0'), {}, { scope: { kind: 'targeted', deviceNames: ['talker'] } });
    expect(await updraft.settled(batch)).toEqual({ talker: 'SUCCEEDED' });
    // What it has downloaded is counted in its own time.
    const told = async () => ({ ...(await updraft.task(batch, 'talker')), download: undefined });
    const ended = await told();
    fleet.device('talker').reportStep(-1);
    await updraft.until(async () => (await counted('ignored_reports_total')) === before + 2);
    expect(await told()).toEqual(ended);
    await fleet.stop();
  });

  test('R-UI-5 /metrics is for keys that may see everything, on the port of the API and on its own', async () => {
    for (const url of [`${updraft.platform.apiUrl}/metrics`, updraft.platform.metricsUrl]) {
      expect((await ask(url)).status).toBe(401);
      expect((await ask(url, 'updraft_0000')).status).toBe(401);
      expect((await ask(url, await key('APP', [`${updraft.productKey}.kept`]))).status).toBe(403);
      const answer = await ask(url, await key('VIEWER'));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await answer.text()).toMatch(/^updraft_gateway_sessions \d+$/m);
    }
    expect(new URL(updraft.platform.metricsUrl ?? '').hostname).toBe('127.0.0.1');
  });
});
