import { accepted, downloading, failureOf, installing, lwm2mWorld } from '../../../support/lwm2m-world';

/** What servers and clients of others get wrong with object 5, by their public reports. */

const MINUTE = 60_000;

test('R-FLOW-5 states that were passed too fast to be told: Downloading, Downloaded, Idle with result 5 (eclipse-wakaama/wakaama#548)', async () => {
  const world = await accepted(lwm2mWorld());
  Object.assign(world.device, { state: 0, result: 5 });
  expect(await world.tells({ result: 5 })).toEqual(['look', 'release']);
  expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE' });
});

test('R-FLOW-5 Idle with result 7 at once, and no state 1 (OpenMobileAlliance/OMA_LwM2M_for_Developers#136)', async () => {
  const world = await accepted(lwm2mWorld());
  Object.assign(world.device, { result: 7 });
  await world.later(5 * MINUTE);
  expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'INVALID_URI' });
});

test('R-FLOW-5 a device that looks a name up first is Idle for a while, and gets no second address (OpenMobileAlliance/OMA_LwM2M_for_Developers#136)', async () => {
  const world = await accepted(lwm2mWorld());
  await world.later(5 * MINUTE);
  expect(await world.talk('HEARD')).toEqual([]);
  expect(world.device.deliveries).toHaveLength(1);
});

test('R-FLOW-6 state and result that a restart has reset, with the new version (zephyrproject-rtos/zephyr#42584)', async () => {
  const world = await installing(lwm2mWorld());
  Object.assign(world.device, { state: 0, result: 0, version: '2.0.0' });
  await world.talk('REGISTERED');
  expect(world.task().status).toBe('SUCCEEDED');
});

test('R-FLOW-6 a restart in the middle of the download: it gets the package again (thingsboard/thingsboard#10191)', async () => {
  const world = await downloading(lwm2mWorld());
  world.device.state = 0;
  expect(await world.talk('REGISTERED')).toEqual(['look', 'offer https']);
});

test('R-FLOW-3 a device that was upgraded registers again and again: nothing begins anew (thingsboard/thingsboard#15147)', async () => {
  const world = await installing(lwm2mWorld());
  world.device.install();
  for (let i = 0; i < 3; i++) expect(await world.talk('REGISTERED')).toEqual(['look']);
  expect(world.device.deliveries).toHaveLength(1);
});

test('R-FLOW-5 a reset is an order to one that is Idle, and is not sent to it (zephyrproject-rtos/zephyr#28005)', async () => {
  const world = await installing(lwm2mWorld());
  Object.assign(world.device, { state: 0, result: 8 });
  await world.talk('REGISTERED');
  await failureOf(world);
  await world.later(MINUTE);
  expect(world.task()).toMatchObject({ status: 'FAILED', look: null });
  expect(world.device.resets).toBe(0);
});
