import { transition } from '../../../../core/tasks/transition';
import type { TaskEvent } from '../../../../schema/model/task/task-event';
import { nextState } from '../../../../schema/model/task/task-state';
import { anLwm2mTask, downloading, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describe('R-FLOW-3 a task that has ended leaves no package behind', () => {
  const cancel = (world: World) => transition(world.core.tasks, world.task(), { kind: 'canceled', cause: null }, world.core.now);

  test('its device is looked at, and reset', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    expect(world.task()).toMatchObject({ status: 'CANCELED', look: { gatewayId: 'gw-1', at: world.core.now } });
    world.device.asks = [];
    await world.later(SECOND);
    expect(world.device.asks).toEqual(['look', 'reset']);
    expect(world.task().look).toBeNull();
  });

  test('an idle device is left alone: to some, a reset is an order', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    Object.assign(world.device, { state: 0, asks: [] });
    await world.later(SECOND);
    expect(world.device.asks).toEqual(['look']);
    expect(world.task().look).toBeNull();
  });

  test('one that does not answer is reset when it is heard, within a day', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    world.device.silent = true;
    await world.later(SECOND);
    world.device.silent = false;
    expect(await world.talk('HEARD')).toEqual(['look', 'reset']);
    expect(world.task().look).toBeNull();
  });

  test('nor after a day', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    world.core.now = new Date(world.core.now.getTime() + 25 * HOUR);
    expect(await world.talk('REGISTERED')).toEqual(['look']);
    expect([world.task().look, world.device.resets]).toEqual([null, 0]);
  });

  test.each<[string, TaskEvent]>([
    ['success', { kind: 'succeeded' }],
    ['a retry', { kind: 'attemptFailed', attempt: 1, cause: 'FIRMWARE_UPDATE_FAILED', text: null, retryAt: new Date() }],
  ])('%s leaves nothing to do', async (_, event) => {
    const world = await downloading(lwm2mWorld());
    expect(nextState(world.task(), event, world.core.now)?.set).toMatchObject({ look: null });
  });

  test('a newer task resets by itself', async () => {
    const world = await downloading(lwm2mWorld());
    await cancel(world);
    const next = anLwm2mTask({ _id: 'batch2.upd7Kx2QmZ1.meter-1', batchId: 'batch2', deviceId: world.task().deviceId });
    const both = lwm2mWorld([next, world.task()]);
    both.device.state = 1;
    both.core.pacers.take('batch2', 0.001, 0);
    expect(await both.talk('HEARD')).toEqual(['look', 'reset', 'look', 'offer https']);
    expect(both.core.tasks.all().map(({ look }) => look?.at ?? null)[1]).toBeNull();
  });
});
