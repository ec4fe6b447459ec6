import { createLiveHub, type LiveHub } from '../../api/live/hub';
import type { Group } from '../../schema/model/device/group';
import { aBatch, aDevice, aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
let live: LiveHub;
beforeAll(async () => {
  on = await packageOnApi();
  live = on.api.live;
});
afterAll(() => on.api.stop());

interface Told {
  kind: string;
  id?: string;
  cursor: string;
  document?: object | null;
}
async function next(events: AsyncIterator<unknown>): Promise<Told> {
  const { value, done } = await events.next();
  if (done) throw new Error('The subscription ended.');
  return value as Told;
}
const { batches, devices, tasks } = {
  batches: () => on.api.store.collections.batches,
  devices: () => on.api.store.collections.devices,
  tasks: () => on.api.store.collections.tasks,
};
const device = (deviceName: string, productKey = 'live') =>
  ({ ...aDevice(aTask({ productKey, deviceName, deviceId: `${productKey}.${deviceName}` })), online: false }) as never;

describe('R-UI-3 R-UI-1 changes of the list of batches', () => {
  test('R-UI-3 R-UI-1 tell each batch that is made, changed and deleted, and nothing of its tasks', async () => {
    const events = live.subscribeBatches({});
    await batches().insertOne(aBatch({ _id: 'made' }));
    expect(await next(events)).toMatchObject({ kind: 'change', id: 'made', document: { status: 'RUNNING' } });
    await tasks().insertOne(aTask({ batchId: 'made' }));
    await batches().updateOne({ _id: 'made' }, { $set: { status: 'PAUSED' } });
    expect(await next(events)).toMatchObject({ id: 'made', document: { status: 'PAUSED' }, skipped: 0 });
    await batches().deleteOne({ _id: 'made' });
    expect(await next(events)).toMatchObject({ id: 'made', document: null });
    await events.return?.();
  });

  test('R-UI-3 R-UI-4 go by product, also by those that the reader may see, to whom nothing of others is told', async () => {
    const ofA = live.subscribeBatches({ productKey: 'a' });
    const limited = live.subscribeBatches({ products: ['b'] });
    await batches().insertMany([aBatch({ _id: 'a1', productKey: 'a' }), aBatch({ _id: 'b1', productKey: 'b' })]);
    expect(await next(ofA)).toMatchObject({ id: 'a1' });
    expect(await next(limited)).toMatchObject({ id: 'b1' });
    await batches().deleteOne({ _id: 'a1' });
    await batches().updateOne({ _id: 'b1' }, { $set: { name: 'b' } });
    expect(await next(limited)).toMatchObject({ id: 'b1', document: { name: 'b' } });
    await Promise.all([ofA.return?.(), limited.return?.()]);
  });

  test('R-UI-3 R-UI-1 go on behind a cursor without a gap, with the latest of each; and begin with a Resync where there is none', async () => {
    const events = live.subscribeBatches({});
    await batches().insertOne(aBatch({ _id: 'x1' }));
    const { cursor } = await next(events);
    await events.return?.();
    await batches().insertOne(aBatch({ _id: 'x2' }));
    await batches().updateOne({ _id: 'x1' }, { $set: { name: 'one' } });
    await batches().updateOne({ _id: 'x1' }, { $set: { name: 'two' } });
    const again = live.subscribeBatches({}, cursor);
    expect([await next(again), await next(again)]).toMatchObject([{ id: 'x2' }, { id: 'x1', document: { name: 'two' } }]);
    const anew = live.subscribeBatches({}, '');
    expect(await next(anew)).toMatchObject({ kind: 'resync' });
    await Promise.all([again.return?.(), anew.return?.()]);
  });
});

describe('R-UI-3 R-DEV-4 changes of groups', () => {
  test('R-UI-3 R-DEV-4 tell what is made, filled and deleted, of one or of all, and go on behind a cursor', async () => {
    const { groups } = on.api.core;
    const all = live.subscribeGroups({});
    const other = await groups.create(administrator, { name: 'Other' });
    expect(await next(all)).toMatchObject({ kind: 'change', id: other._id, document: { name: 'Other' } });
    const rule = { field: 'PRODUCT', operator: 'IN', values: ['meters'] } as const;
    const made = await groups.createDynamic(administrator, { name: 'By a rule', rule });
    const one = live.subscribeGroups({ groupId: made._id }, '');
    expect(await next(one)).toMatchObject({ kind: 'resync' });
    await groups.update(administrator, other._id, { name: 'Another' });
    // It may have been filled before anybody followed it: this is told in any case.
    await groups.updateDynamic(administrator, made._id, { name: 'By its rule', rule });
    let told = await next(one);
    while (!(told.document as Group).dynamic?.filled) told = await next(one);
    expect(told.id).toBe(made._id);
    await one.return?.();
    await groups.delete(administrator, made._id);
    const again = live.subscribeGroups({ groupId: made._id }, told.cursor);
    expect(await next(again)).toMatchObject({ id: made._id, document: null });
    await Promise.all([all.return?.(), again.return?.()]);
  });
});

describe('R-UI-3 R-UI-1 changes of devices', () => {
  /** The stream stands. */
  async function standing(filter: Parameters<LiveHub['subscribeDevices']>[0]) {
    const events = live.subscribeDevices(filter, '');
    expect(await next(events)).toMatchObject({ kind: 'resync' });
    return events;
  }

  test('R-UI-3 R-DEV-2 tell who comes and goes, of some devices or a product, and who is gone', async () => {
    const some = await standing({ ids: new Set(['live.d-1', 'live.d-2']) });
    const ofProduct = await standing({ productKey: 'live' });
    const limited = await standing({ products: ['other'] });
    await devices().insertMany([device('d-1'), device('d-3'), device('o-1', 'other')]);
    expect(await next(some)).toMatchObject({ id: 'live.d-1', document: { online: false } });
    expect([(await next(ofProduct)).id, (await next(ofProduct)).id].sort()).toEqual(['live.d-1', 'live.d-3']);
    expect(await next(limited)).toMatchObject({ id: 'other.o-1' });
    await devices().updateOne({ _id: 'live.d-1' }, { $set: { online: true } });
    expect(await next(some)).toMatchObject({ id: 'live.d-1', document: { online: true } });
    await devices().deleteOne({ _id: 'live.d-1' });
    expect(await next(some)).toMatchObject({ id: 'live.d-1', document: null });
    await Promise.all([some, ofProduct, limited].map((events) => events.return?.()));
  });

  test('R-UI-3 R-SAFE-3 that flap are told as they are then, and not each time', async () => {
    await devices().insertOne(device('flapping'));
    const events = await standing({ ids: new Set(['live.flapping']) });
    for (let count = 0; count <= 40; count++) await devices().updateOne({ _id: 'live.flapping' }, { $set: { online: count % 2 === 0 } });
    let [told, last] = [0, null as Told | null];
    do {
      last = await next(events);
      told += 1;
    } while (!(last.document as { online: boolean }).online || told === 0);
    expect(told).toBeLessThan(40);
    await events.return?.();
  });

  test('R-UI-3 R-UI-1 go on behind a cursor, also once nobody has followed for a while', async () => {
    await devices().insertMany([device('c-1'), device('c-2')]);
    const events = await standing({ productKey: 'live' });
    await devices().updateOne({ _id: 'live.c-1' }, { $set: { online: true } });
    const { cursor } = await next(events);
    await events.return?.();
    await devices().updateOne({ _id: 'live.c-2' }, { $set: { online: true } });
    const again = live.subscribeDevices({ productKey: 'live' }, cursor);
    expect(await next(again)).toMatchObject({ kind: 'change', id: 'live.c-2', document: { online: true } });
    await again.return?.();
  });

  test('R-UI-3 are followed in the store only while somebody reads', async () => {
    const { db } = on.api.store.connection;
    if (!db) throw new Error('not connected');
    const logger = { info: () => undefined, warn: () => undefined };
    const hub = createLiveHub({ db, collections: on.api.store.collections, logger });
    const followed: string[] = [];
    const watch = jest.spyOn(db, 'watch').mockImplementation((...args) => {
      followed.push(JSON.stringify(args[0]).includes('uncounted') ? 'devices' : 'others');
      return watch.getMockImplementation() === undefined
        ? (undefined as never)
        : (Object.getPrototypeOf(db).watch.apply(db, args) as never);
    });
    await hub.start();
    expect(followed).toEqual(['others']);
    const events = hub.subscribeDevices({});
    const wait = events.next();
    await events.return?.();
    await wait;
    expect(followed).toEqual(['others', 'devices']);
    watch.mockRestore();
    await hub.stop();
  });
});

test('R-UI-3 R-UI-1 all come over the API, for whoever may read', async () => {
  const socket = on.api.socket();
  const devicesOf = socket.iterate({
    query: `subscription ($filter: DeviceChangesFilterInput) { deviceChanges(filter: $filter, after: "") {
      ... on Resync { cursor hint } ... on DeviceChange { id device { online } cursor dropped } } }`,
    variables: { filter: { ids: ['meters.meter-1'] } },
  });
  expect((await devicesOf.next()).value).toMatchObject({ data: { deviceChanges: { hint: expect.any(String) } } });
  await on.api.core.devices.connected('meters.meter-1', 'gw', 's');
  expect((await devicesOf.next()).value).toMatchObject({ data: { deviceChanges: { id: 'meters.meter-1', device: { online: true } } } });
  const list = socket.iterate({
    query: 'subscription { batchChanges(after: "") { ... on Resync { cursor } ... on BatchChange { id batch { status } } } }',
  });
  expect((await list.next()).value).toMatchObject({ data: { batchChanges: { cursor: expect.any(String) } } });
  await batches().insertOne(aBatch({ _id: 'going', deletedAt: new Date() }));
  expect((await list.next()).value).toMatchObject({ data: { batchChanges: { id: 'going', batch: null } } });
  const ofGroups = socket.iterate({
    query:
      'subscription { groupChanges(after: "") { ... on Resync { cursor } ... on GroupChange { id group { name state deviceCount } } } }',
  });
  expect((await ofGroups.next()).value).toMatchObject({ data: { groupChanges: { cursor: expect.any(String) } } });
  const group = await on.api.core.groups.create(administrator, { name: 'Seen' });
  const seen = { id: group._id, group: { name: 'Seen', state: 'READY', deviceCount: 0 } };
  expect((await ofGroups.next()).value).toMatchObject({ data: { groupChanges: seen } });
  const ids = Array.from({ length: 1_001 }, (_, index) => `meters.m-${index}`);
  const refused = socket.iterate({
    query: 'subscription ($ids: [ID!]) { deviceChanges(filter: { ids: $ids }) { ... on Resync { cursor } } }',
    variables: { ids },
  });
  expect((await refused.next()).value).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY', field: 'filter.ids' } }] });
  await Promise.all([devicesOf.return?.(), list.return?.(), ofGroups.return?.()]);
});
