import type { Task } from '../../../../schema/model/task/task';
import type { TaskEvent } from '../../../../schema/model/task/task-event';
import { nextState } from '../../../../schema/model/task/task-state';
import { anLwm2mTask } from '../../../support/lwm2m-tasks';

const MINUTE = 60_000;
const EPOCH = new Date('2026-01-01T00:00:00Z');
const at = (minutes: number) => new Date(EPOCH.getTime() + minutes * MINUTE);
const queried: TaskEvent = { kind: 'queried', repeatMs: 10 * MINUTE, waitMs: 20 * MINUTE };
const noSignal: TaskEvent = {
  ...{ kind: 'unanswered', attempt: 1, deliveries: 0 },
  ...{ step: 'SIGNAL', waitMs: 40 * MINUTE, sleeps: false, lookMs: MINUTE },
};

function taskAfter(...events: [number, TaskEvent][]): Task {
  const task = anLwm2mTask();
  for (const [minutes, event] of events) Object.assign(task, nextState(task, event, at(minutes))?.set);
  return task;
}

describe('R-FLOW-3 R-TASK-10 a device that its batch asks again every 10 minutes, where waits are longer', () => {
  test('its wait runs from the first question', () => {
    const { waitBy, lwm2m } = taskAfter([0, queried], [10, queried], [15, queried]);
    expect([waitBy, lwm2m?.step]).toEqual([at(20), 'VERSION']);
  });

  test('one that has said its version, and not its cell, is not back at its version', () => {
    const task = taskAfter([0, queried], [5, noSignal], [10, queried]);
    expect([task.waitBy, task.lwm2m?.step]).toEqual([at(40), 'SIGNAL']);
    const { waitBy, lwm2m } = taskAfter([0, queried], [5, noSignal], [10, queried], [15, noSignal], [20, queried], [25, noSignal]);
    expect([waitBy, lwm2m?.step]).toEqual([at(40), 'SIGNAL']);
  });

  test('one that has come back is asked anew', () => {
    const { waitBy, lwm2m } = taskAfter(
      ...([
        [0, queried],
        [5, noSignal],
        [10, { kind: 'disconnected', gatewayId: 'gw-1' }],
      ] as [number, TaskEvent][]),
      ...([
        [60, { kind: 'connected', gatewayId: 'gw-1', settleMs: 0 }],
        [60, queried],
      ] as [number, TaskEvent][]),
    );
    expect([waitBy, lwm2m?.step]).toEqual([at(80), 'VERSION']);
  });
});
