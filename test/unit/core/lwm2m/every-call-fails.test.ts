import { theFacts } from '../../../support/builders';
import type { CallFault } from '../../../support/faulty-core';
import { anLwm2mTask, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const MINUTE = 60_000;
const MOST_CALLS = 40;

/** Whoever was in the middle of it has dropped the conversation: the device is heard again, and the workflow looks again. */
async function untilDone(turn: () => Promise<unknown>, isDone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 20 && !isDone(); tries++) await turn().catch((error) => expect(String(error)).toContain('was told to'));
  expect(isDone()).toBe(true);
}

const COURSES: Record<string, (world: World) => Promise<void>> = {
  async pull(world) {
    const { device, task } = world;
    device.eager = true;
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().status === 'NOTIFIED' || task().status === 'IN_PROGRESS',
    );
    await untilDone(
      () => world.tells({ state: 1 }),
      () => task().lwm2m?.step === 'DOWNLOAD',
    );
    device.state = 2;
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().lwm2m?.executedAt != null,
    );
    device.install();
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().status === 'SUCCEEDED',
    );
  },
  async push(world) {
    const { device, task } = world;
    device.delivery = 1;
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().lwm2m?.executedAt != null,
    );
    device.install();
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().status === 'SUCCEEDED',
    );
  },
  async 'result 5, and then nothing'(world) {
    const { device, task } = world;
    await untilDone(
      () => world.talk('REGISTERED'),
      () => task().status === 'NOTIFIED',
    );
    Object.assign(device, { state: 0, result: 5 });
    await untilDone(
      () => world.talk('REGISTERED').then(() => world.work()),
      () => task().attempt === 2,
    );
    await untilDone(
      () => world.later(MINUTE),
      () => task().lwm2m?.step === 'START',
    );
    await untilDone(
      () => world.later(MINUTE),
      () => task().status === 'FAILED',
    );
    expect(task().attempts.map(({ cause }) => cause)).toEqual([
      'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
      'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT',
    ]);
  },
};

const FAULTS: CallFault[] = ['fails', 'repeats'];
test.each(Object.keys(COURSES).flatMap((name) => FAULTS.map((fault) => [name, fault] as const)))(
  'R-FLOW-3 %s: whichever call to store or engine %s, it ends as without',
  async (name, fault) => {
    for (let call = 1; call <= MOST_CALLS; call++) {
      const world = lwm2mWorld([anLwm2mTask()], theFacts({ retry: { intervalMinutes: 5, maxRetries: 1 } }));
      world.core.breakCall(call, fault);
      await COURSES[name]?.(world);
      expect(world.device.deliveries.filter(({ state }) => state !== 0)).toEqual([]);
      expect(world.task().active).toBe(false);
    }
  },
);
