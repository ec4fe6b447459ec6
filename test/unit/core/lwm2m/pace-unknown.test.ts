import { downloading, lwm2mWorld, type World } from '../../../support/lwm2m-world';

/** As after a restart of its gateway: the process has not pushed for the batch, which has nothing left to push. */
function paceForgotten({ core }: World): void {
  for (let other = 0; other < 2_000; other += 1) core.pacers.take(`other ${other}`, 1, 0);
}

test('R-FLOW-3 a device that lost its download while its gateway restarted gets the package again', async () => {
  const world = await downloading(lwm2mWorld());
  paceForgotten(world);
  Object.assign(world.device, { state: 0, result: 0 });
  expect(await world.talk('REGISTERED')).toEqual(['look', 'offer https']);
  expect(world.task()).toMatchObject({ lwm2m: { deliveries: 2 } });
});

test('R-RATE-4 several such devices do so at the rate of the batch', async () => {
  const world = await downloading(lwm2mWorld());
  paceForgotten(world);
  Object.assign(world.device, { state: 0, result: 0 });
  expect(await world.core.pacers.takeOne('batch1', 1_000)).toBe(false);
  await world.talk('REGISTERED');
  expect(await world.core.pacers.takeOne('batch1', 1_000)).toBe(true);
});

test('R-FLOW-3 one that has begun nothing waits for the batch, which asks it in its turn', async () => {
  const world = lwm2mWorld();
  paceForgotten(world);
  expect(await world.talk('REGISTERED')).toEqual(['look']);
  expect(world.task()).toMatchObject({ status: 'QUEUED', lwm2m: { deliveries: 0 } });
});
