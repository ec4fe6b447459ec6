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
