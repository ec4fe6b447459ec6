import { startUpdraft, type Updraft } from '../support/updraft';

describe('devices that connect again and again', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    // Much longer than any of the connections below lasts.
    updraft = await startUpdraft({ UPDRAFT_SETTLE_MS: '5000' });
  });
  afterAll(() => updraft.stop());

  test('R-TASK-7 R-DEV-2 two with one identity, which end each other’s connection all the time, are pushed to and told of', async () => {
    const twin = { deviceName: 'twin' };
    let secret = '';
    const register: Parameters<Updraft['fleet']>[2] = async (devices) => {
      const registered = await updraft.core.devices.register(
        { actorId: 'test', kind: 'KEY', name: 'test', products: null, role: 'ADMINISTRATOR' },
        updraft.productKey,
        devices,
      );
      secret = registered[0]?.secret ?? '';
      return registered;
    };
    await updraft.fleet([twin], { reconnectMs: 300 }, register);
    const other = await updraft.fleet([twin], { reconnectMs: 300 }, async () => [{ secret }]);
    const id = `${updraft.productKey}.twin`;
    const streak = await updraft.until(async () => {
      const now = (await updraft.core.devices.get(id))?.streak;
      return now && now.connections >= 10 && now;
    });
    expect(streak.takeovers).toBeGreaterThan(streak.connections / 2);
    const batch = await updraft.push(await updraft.package('2.0.0'));
    await updraft.until(async () => (await updraft.task(batch, 'twin')).firstNotifiedAt !== null);
    await other.stop();
    expect(await updraft.settled(batch)).toEqual({ twin: 'SUCCEEDED' });
  });
});
