import { aPackage } from '../support/builders';
import { operator } from '../support/core-parts';
import { HUB, type Hub, startHub } from '../support/hub';
import { useStore } from '../support/store';

const store = useStore();
let hub: Hub;

const CHILD = 'meter.dev-a';
const FAILED = ['failed UNEXPECTED_VERSION_REPORTED'];
const task = () => store.collections.tasks.findOne({ deviceId: CHILD });
const failures = () => hub.reported.filter((word) => word.startsWith('failed'));
async function reports(version: string): Promise<void> {
  hub.clock.advance(1_000);
  await hub.parts.core.tasks.report(CHILD, { kind: 'version', module: 'default', version });
}
async function connects(id: string, session: string): Promise<void> {
  hub.clock.advance(1_000);
  await hub.parts.core.devices.connected(id, 'gw-1', session);
}
/** As the push leaves it. */
const isNotified = () =>
  store.collections.tasks.updateOne(
    { deviceId: CHILD },
    { $set: { status: 'IN_PROGRESS', notifiedAt: hub.clock(), offerAt: null, cameBack: false }, $inc: { notifications: 1, revision: 1 } },
  );

/** A child at 100 %, notified over its parent's connection `s1`. */
beforeEach(async () => {
  hub = await startHub(store);
  const { core, lifecycle } = hub.parts;
  await hub.bind(HUB, 'dev-a');
  await connects(HUB, 's1');
  await reports('1.0.0');
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  const policy = { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null } as const;
  const { _id } = await core.batches.createStatic(operator, {
    ...{ packageId: 'package1', scope: { kind: 'targeted', deviceNames: ['dev-a'] }, policy },
  });
  await lifecycle.select(_id);
  await isNotified();
  hub.clock.advance(1_000);
  await core.tasks.report(CHILD, { kind: 'progress', module: 'default', percent: 100 });
});

test('R-TASK-5 a parent that connects anew and says the old version of a device at 100 % fails nothing, and the new version succeeds', async () => {
  await connects(HUB, 's2');
  await reports('1.0.0');
  expect(failures()).toEqual([]);
  expect(await task()).toMatchObject({ status: 'IN_PROGRESS', attempt: 1, downloaded: true });
  await reports('2.0.0');
  expect(await task()).toMatchObject({ status: 'SUCCEEDED' });
});

test('R-TASK-5 what it says of the device over that connection afterwards counts', async () => {
  await connects(HUB, 's2');
  await reports('1.0.0');
  await isNotified();
  await reports('1.0.0');
  expect(failures()).toEqual(FAILED);
});

test('R-TASK-5 over the same connection the old version fails at once', async () => {
  await reports('1.0.0');
  expect(failures()).toEqual(FAILED);
});

test('R-TASK-5 a device that comes back with a connection of its own, and its old version, has failed', async () => {
  await connects(CHILD, 'own');
  await reports('1.0.0');
  expect(failures()).toEqual(FAILED);
});
