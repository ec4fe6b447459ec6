import { createPresenceLog } from '../../core/devices/presence-log';
import { createDeviceService } from '../../core/devices/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { createProductService } from '../../core/products/service';
import { PRESENCE_CHANGES_KEPT, presenceChanges } from '../../schema/model/device/presence-changes';
import { operator, productParts, settingsWith } from '../support/core-parts';
import { BY_ANOTHER_VERSION, useStore } from '../support/store';

const ID = 'meter.dev-1';
let now = new Date('2026-01-01T00:00:00Z');
const clock = () => now;
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

const store = useStore({ keepsDocuments: true });
let devices: ReturnType<typeof createDeviceService>;
let log: ReturnType<typeof createPresenceLog>;
beforeAll(async () => {
  const common = { settings: settingsWith(), clock, ...productParts(store, clock) };
  await createProductService({ collections: store.collections, ...common }).create(operator, { key: 'meter', name: 'Water meter' });
  log = createPresenceLog({ histories: store.collections.presenceHistories, everyMs: 3_600_000 });
  devices = createDeviceService({ store, memberships: NO_MEMBERSHIPS, presenceLog: log, ...common });
  await devices.register(operator, 'meter', [{ deviceName: 'dev-1' }]);
});

const streak = async () => (await devices.get(ID))?.streak;

test('R-DEV-2 connections that follow each other within a minute are counted, and which of them took another one’s place', async () => {
  const begin = now;
  await devices.connected(ID, 'gw-1', 's1');
  expect(await streak()).toEqual({ since: begin, connections: 1, takeovers: 0 });
  later(10);
  await devices.disconnected(ID, 's1');
  later(10);
  await devices.connected(ID, 'gw-1', 's2');
  // At another gateway, while the first one has it still; and at the same one, which says so.
  await devices.connected(ID, 'gw-2', 's3');
  await devices.disconnected(ID, 's3');
  await devices.connected(ID, 'gw-2', 's4', undefined, true);
  expect(await streak()).toEqual({ since: begin, connections: 4, takeovers: 2 });
});

test('R-DEV-2 a connection that has been there all the time, or was made off-line by mistake, counts for nothing', async () => {
  const before = await streak();
  await devices.gatewayReset('gw-2');
  await devices.stillConnected(ID, 'gw-2', 's4');
  expect(await streak()).toEqual(before);
});

test('R-DEV-2 after a minute in which nothing happened it begins anew', async () => {
  later(61);
  await devices.connected(ID, '$gw', '$s5');
  expect(await streak()).toEqual({ since: now, connections: 1, takeovers: 1 });
  expect(await devices.get(ID)).toMatchObject({ gatewayId: '$gw', sessionId: '$s5', online: true });
});

test('R-DEV-2 each change of presence is counted, and a reset leaves alone who has connected since', async () => {
  const revision = async () => (await devices.get(ID))?.presenceRevision ?? 0;
  const before = await revision();
  await devices.gatewayReset('$gw', new Date(now.getTime() - 1));
  expect([await revision(), (await devices.get(ID))?.online]).toEqual([before, true]);
  await devices.gatewayReset('$gw', now);
  expect([await revision(), (await devices.get(ID))?.online]).toEqual([before + 1, false]);
});

test('R-DEV-2 a reset means whoever is on-line with no time of connecting, too', async () => {
  await store.collections.devices.updateOne(
    { _id: ID },
    { $set: { online: true, gatewayId: '$gw' }, $unset: { onlineChangedAt: true } },
    BY_ANOTHER_VERSION,
  );
  await devices.gatewayReset('$gw', now);
  expect(await devices.get(ID)).toMatchObject({ online: false, gatewayId: null });
});

describe('R-UI-3 the presence of a device over time', () => {
  const kept = async (id = ID) => presenceChanges((await devices.presenceKept([id]))[0] ?? [], (await devices.get(id)) ?? NONE);
  const NONE = { online: false, onlineChangedAt: null, createdAt: new Date(0) };

  test('R-UI-3 says when it came and went and why, also before the history is written, and when a gateway was lost', async () => {
    const id = 'meter.dev-2';
    await devices.register(operator, 'meter', [{ deviceName: 'dev-2' }]);
    expect(await kept(id)).toEqual([]);
    const at = () => new Date(now);
    const began = at();
    await devices.connected(id, 'gw-9', 's1');
    later(5);
    const went = at();
    await devices.disconnected(id, 's1');
    expect((await kept(id))[0]).toEqual({ at: went, online: false, reason: 'CONNECTION' });
    later(5);
    const again = at();
    await devices.connected(id, 'gw-9', 's2');
    later(5);
    const lost = at();
    await devices.gatewayReset('gw-9');
    await log.close();
    const [last, ...before] = await kept(id);
    expect(last).toEqual({ at: lost, online: false, reason: 'GATEWAY' });
    expect(before).toEqual([
      { at: again, online: true, reason: 'CONNECTION' },
      { at: went, online: false, reason: 'CONNECTION' },
      { at: began, online: true, reason: 'CONNECTION' },
    ]);
    await devices.delete(operator, [id]);
    expect(await store.collections.presenceHistories.countDocuments({ _id: id })).toBe(0);
  });

  test('R-UI-3 however a fleet flaps, it is written once an interval, a thousand devices at most, and a device keeps its last hundred', async () => {
    let writes = 0;
    const histories = new Proxy(store.collections.presenceHistories, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'find') writes += 1;
        return member.bind(target);
      },
    });
    const own = createPresenceLog({ histories, everyMs: 1 });
    const flap = (devicesOf: number, times: number, from: number) => {
      for (let time = 0; time < times; time += 1)
        for (let index = 0; index < devicesOf; index += 1)
          own.add(`flap.${index}`, [
            { at: new Date(from + time * 2), online: false, reason: null },
            { at: new Date(from + time * 2 + 1), online: true, reason: 'CONNECTION' },
          ]);
    };
    const written = async (at: Date) => (await store.collections.presenceHistories.countDocuments({ changedAt: at })) > 0;
    flap(900, 50, 0);
    while (!(await written(new Date(99)))) await new Promise(setImmediate);
    expect(writes).toBe(1);
    flap(2_500, 3, 1_000);
    await own.close();
    expect(writes).toBeLessThanOrEqual(4);
    for (let round = 0; round < 12; round += 1) {
      flap(1, 5, 10_000 * (round + 1));
      await own.close();
    }
    const [changes = []] = await own.of(['flap.0']);
    expect(changes).toHaveLength(PRESENCE_CHANGES_KEPT);
    expect(changes.at(-1)).toEqual({ at: new Date(120_009), online: true, reason: 'CONNECTION' });
  });

  test('R-UI-3 what is said twice counts once, and what was of a device of the same name before it does not count', () => {
    const change = (ms: number, online: boolean) => ({ at: new Date(ms), online, reason: null });
    const device = { online: false, onlineChangedAt: new Date(40), createdAt: new Date(15), wentBy: 'PARENT' as const };
    expect(presenceChanges([change(10, true), change(20, true), change(25, true), change(30, false)], device)).toEqual([
      change(30, false),
      change(20, true),
    ]);
  });
});
