import { lwm2mWorld } from '../../../support/lwm2m-world';

const MINUTE = 60_000;

test('R-FLOW-3 a pull from the Register to the target version', async () => {
  const world = lwm2mWorld();
  const { device, task } = world;
  expect(await world.talk('REGISTERED')).toEqual(['look', 'offer https']);
  expect(task()).toMatchObject({ status: 'NOTIFIED', sourceVersion: '1.0.0', lwm2m: { step: 'START', delivery: 'PULL', scheme: 'https' } });
  expect(world.reports).toEqual([{ kind: 'check', attempt: 1 }]);
  device.state = 1;
  expect(await world.tells({ state: 1 })).toEqual([]);
  expect(task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'DOWNLOAD', state: 1 } });
  device.state = 2;
  expect(await world.tells({ state: 2 })).toEqual(['look', 'execute']);
  expect(task()).toMatchObject({ lwm2m: { step: 'UPDATE' } });
  expect(await world.tells({ state: 3 })).toEqual([]);
  expect(task()).toMatchObject({ lwm2m: { step: 'RESULT' } });
  device.install();
  expect(await world.talk('REGISTERED')).toEqual(['look']);
  expect(task()).toMatchObject({ status: 'SUCCEEDED', look: null });
  expect(world.reports).toHaveLength(1);
});

test('R-FLOW-3 a push', async () => {
  const world = lwm2mWorld();
  const { device, task } = world;
  device.delivery = 1;
  expect(await world.talk('PUSHED')).toEqual(['look', 'push', 'look', 'execute']);
  expect(task()).toMatchObject({ status: 'IN_PROGRESS', lwm2m: { step: 'UPDATE', delivery: 'PUSH', scheme: null } });
  device.install();
  await world.later(MINUTE);
  expect(task()).toMatchObject({ status: 'SUCCEEDED' });
  expect(device.asks.at(-1)).toBe('release');
});
