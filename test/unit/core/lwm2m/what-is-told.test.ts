import { lwm2mWorld } from '../../../support/lwm2m-world';

const QUARTER = 15_000;

test('R-TASK-10 a device that wants blocks again and again is not said to have answered what it has not', async () => {
  const world = lwm2mWorld();
  world.device.delivery = 1;
  world.device.misbehaves.push = () => ({ kind: 'pushed', outcome: 'INCOMPLETE' });
  await world.talk('REGISTERED');
  expect(world.task()).toMatchObject({
    ...{ status: 'FAILED', cause: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS' },
    causeText: 'It said twice that blocks are missing.',
  });
});

test('R-TASK-10 a device that cannot take a package now is asked three times', async () => {
  const world = lwm2mWorld();
  world.device.misbehaves.offer = () => ({ kind: 'offered', outcome: { failed: 'BUSY' } });
  await world.talk('REGISTERED');
  expect(world.task()).toMatchObject({ status: 'QUEUED', lwm2m: { deliveries: 1 } });
  for (let tries = 1; tries <= 3; tries += 1) await world.later(QUARTER);
  expect(world.task()).toMatchObject({
    ...{ status: 'FAILED', cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT' },
    causeText: 'It has not taken the package in 3 tries.',
  });
});
