import type { Batch } from '../../schema/model/batch/batch';
import { failsWith, offlineUntil, stallsAt } from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const sources = (...sourceVersions: string[]) => ({ sourceVersions });

describe('dynamic batches over the whole platform', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '200' });
  });
  afterAll(() => updraft.stop());

  const status = async ({ _id }: Batch, name: string) =>
    (await updraft.core.tasks.get(`${_id}.${updraft.productKey}.${name}`))?.status ?? null;
  const ends = (batch: Batch, name: string, as: string) => updraft.until(async () => (await status(batch, name)) === as);
  const batchStatus = async ({ _id }: Batch) => (await updraft.core.batches.get(_id))?.status;

  test('R-BAT-1 devices that are there, and those that are activated later, are upgraded; the batch ends after its policy', async () => {
    const early = Array.from({ length: 20 }, (_, index) => ({ deviceName: `early-${index}` }));
    const first = await updraft.fleet([...early, { deviceName: 'sleeper', behaviours: [offlineUntil('told')] }]);
    const online = { productKey: updraft.productKey, online: true };
    await updraft.until(async () => (await updraft.core.devices.list(online, { first: 100, after: null })).rows.length === early.length);
    const batch = await updraft.pushDynamic(await updraft.package('2.0.0'), {}, sources('1.0.0'));
    for (const { deviceName } of early) await ends(batch, deviceName, 'SUCCEEDED');
    expect(await status(batch, 'sleeper')).toBeNull();
    expect(await batchStatus(batch)).toBe('RUNNING');

    const later = Array.from({ length: 10 }, (_, index) => ({ deviceName: `later-${index}` }));
    const second = await updraft.fleet([...later, { deviceName: 'other', version: '0.5.0' }]);
    await first.comeOnline();
    for (const { deviceName } of [...later, { deviceName: 'sleeper' }]) await ends(batch, deviceName, 'SUCCEEDED');
    expect((await updraft.core.batches.cancelPolicy(ADMIN, batch._id)).batch).not.toHaveProperty('matching');
    const settled = await updraft.settled(batch);
    expect(Object.keys(settled).sort()).toEqual([...early, ...later, { deviceName: 'sleeper' }].map(({ deviceName }) => deviceName).sort());
    expect(new Set(Object.values(settled))).toEqual(new Set(['SUCCEEDED']));
    expect(await batchStatus(batch)).toBe('FINISHED');
    expect([first.device('sleeper').version, second.device('other').version]).toEqual(['2.0.0', '0.5.0']);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('R-BAT-10 a device that has failed is upgraded when it comes back and reports its version again', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'clumsy', behaviours: [failsWith(-2, { times: 1 })] }]);
    const batch = await updraft.pushDynamic(await updraft.package('3.0.0'), {}, sources('1.0.0'));
    await ends(batch, 'clumsy', 'FAILED');
    await fleet.device('clumsy').reconnect();
    await ends(batch, 'clumsy', 'SUCCEEDED');
    expect(await updraft.task(batch, 'clumsy')).toMatchObject({ matches: 2, attempt: 2 });
    await updraft.core.batches.cancelPolicy(ADMIN, batch._id);
    expect(await updraft.settled(batch)).toEqual({ clumsy: 'SUCCEEDED' });
    await fleet.stop();
  });

  test('R-BAT-15 a member that has failed is upgraded when it comes back into the group, and so on through the next batch', async () => {
    const { core, productKey } = updraft;
    const group = (await core.groups.create(ADMIN, { name: `pilots-${productKey}` }))._id;
    const ids = [`${productKey}.member`];
    const fleet = await updraft.fleet([{ deviceName: 'member', behaviours: [failsWith(-2, { times: 1 })] }]);
    const scope = { kind: 'group' as const, groupId: group, groupIds: [] };
    const batch = await updraft.pushDynamic(await updraft.package('4.0.0'), {}, { scope, ...sources('1.0.0') });
    const next = await updraft.pushDynamic(await updraft.package('4.1.0'), {}, { scope, ...sources('4.0.0') });
    await core.groups.addDevices(ADMIN, group, ids);
    await ends(batch, 'member', 'FAILED');
    await fleet.device('member').reconnect();
    await core.groups.removeDevices(ADMIN, group, ids);
    expect(await status(batch, 'member')).toBe('FAILED');
    await core.groups.addDevices(ADMIN, group, ids);
    await ends(next, 'member', 'SUCCEEDED');
    expect(fleet.device('member').version).toBe('4.1.0');
    await core.groups.delete(ADMIN, group);
    expect([await updraft.settled(batch), await updraft.settled(next)]).toEqual([{ member: 'SUCCEEDED' }, { member: 'SUCCEEDED' }]);
    await fleet.stop();
  });

  test('R-BAT-18 a policy that is canceled leaves tasks in upgrade, and the batch ends with them', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'slow', behaviours: [stallsAt(10)] }]);
    const batch = await updraft.pushDynamic(await updraft.package('5.0.0'), {}, sources('1.0.0'));
    await ends(batch, 'slow', 'IN_PROGRESS');
    await updraft.core.batches.cancelPolicy(ADMIN, batch._id);
    expect([await status(batch, 'slow'), await batchStatus(batch)]).toEqual(['IN_PROGRESS', 'RUNNING']);
    fleet.device('slow').reportStep(-1);
    expect(await updraft.settled(batch)).toEqual({ slow: 'FAILED' });
    await fleet.stop();
  });

  test('R-BAT-18 with its policy tasks are canceled on request, those in the statuses that are named', async () => {
    const fleet = await updraft.fleet([
      { deviceName: 'upgrading', version: '1.9.0', behaviours: [stallsAt(10)] },
      { deviceName: 'away', version: '1.9.0', behaviours: [offlineUntil('told')] },
    ]);
    const away = `${updraft.productKey}.away`;
    await updraft.core.tasks.report(away, { kind: 'version', module: 'default', version: '1.9.0' });
    const batch = await updraft.pushDynamic(await updraft.package('6.0.0'), {}, sources('1.9.0'));
    await ends(batch, 'upgrading', 'IN_PROGRESS');
    await ends(batch, 'away', 'QUEUED');
    expect(await updraft.core.batches.cancelPolicy(ADMIN, batch._id, ['QUEUED'])).toMatchObject({ canceled: 1 });
    expect([await status(batch, 'upgrading'), await status(batch, 'away')]).toEqual(['IN_PROGRESS', 'CANCELED']);
    expect(await updraft.core.batches.cancelPolicy(ADMIN, batch._id, ['IN_PROGRESS'])).toMatchObject({ canceled: 1 });
    expect(await updraft.settled(batch)).toEqual({ upgrading: 'CANCELED', away: 'CANCELED' });
    await fleet.stop();
  });
});
