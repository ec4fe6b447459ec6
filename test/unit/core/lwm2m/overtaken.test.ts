import type { Ask } from '../../../../core/reports/lwm2m/contract';
import { lwm2mWorld } from '../../../support/lwm2m-world';

test('R-FLOW-3 a push that begins again is not stopped by what its device tells before it answers', async () => {
  const { device, upgrades, task } = lwm2mWorld();
  device.delivery = 1;
  const { deviceId } = task();

  /** Looks until there is something to push. */
  async function nextPush(): Promise<Ask> {
    let ask = await upgrades.begin(deviceId, 'REGISTERED');
    while (ask !== null && ask.kind !== 'push') ask = await upgrades.answered(deviceId, ask, device.answer(ask));
    if (ask === null) throw new Error('nothing is pushed');
    return ask;
  }

  const first = await nextPush();
  expect(await upgrades.pushBegan(deviceId, first)).toBe(true);
  expect(await upgrades.answered(deviceId, first, { kind: 'pushed', outcome: { failed: 'SILENT' } })).toBeNull();
  const second = await nextPush();
  await upgrades.noticed(deviceId, { state: 1 });
  expect(task()).toMatchObject({ lwm2m: { step: 'DOWNLOAD', deliveries: 2 } });
  expect(await upgrades.pushBegan(deviceId, second)).toBe(true);
  expect(await upgrades.pushBegan(deviceId, first)).toBe(false);
});

test('R-FLOW-3 while an address is on its way, what its batch asks again begins nothing anew', async () => {
  const { device, upgrades, task, talk, core } = lwm2mWorld();
  const { deviceId } = task();
  let ask = await upgrades.begin(deviceId, 'REGISTERED');
  while (ask !== null && ask.kind !== 'offer') ask = await upgrades.answered(deviceId, ask, device.answer(ask));
  if (ask === null) throw new Error('nothing is offered');

  core.now = new Date(core.now.getTime() + 60_000);
  expect(await talk('PUSHED')).toEqual([]);
  expect(task()).toMatchObject({ status: 'QUEUED', lwm2m: { step: 'START', deliveries: 1 } });
  expect(Number(task().offerAt)).toBeGreaterThan(core.now.getTime());
  expect(await upgrades.answered(deviceId, ask, device.answer(ask))).toBeNull();
  expect(task()).toMatchObject({ status: 'NOTIFIED', lwm2m: { step: 'START', deliveries: 1 } });
});

test('R-FLOW-6 an address whose gateway has died with it is offered again when the device is due', async () => {
  const { device, upgrades, task, talk, core } = lwm2mWorld();
  const { deviceId } = task();
  let ask = await upgrades.begin(deviceId, 'REGISTERED');
  while (ask !== null && ask.kind !== 'offer') ask = await upgrades.answered(deviceId, ask, device.answer(ask));
  core.now = new Date(core.now.getTime() + 5 * 60_000);
  expect(await talk('PUSHED')).toEqual(['look', 'offer https']);
  expect(task()).toMatchObject({ status: 'NOTIFIED', lwm2m: { step: 'START', deliveries: 2 } });
});
