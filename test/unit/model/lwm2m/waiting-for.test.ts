import fc from 'fast-check';
import { BATCH_STATUSES, type BatchStatus } from '../../../../schema/model/batch/batch';
import { LWM2M_STEPS, type Lwm2mStep } from '../../../../schema/model/lwm2m/upgrade';
import { isActive, TASK_STATUSES, type Task } from '../../../../schema/model/task/task';
import { type WaitingFor, waitingFor } from '../../../../schema/model/task/waiting-for';
import { anAcceptedTask, anAskedTask, anLwm2mTask } from '../../../support/lwm2m-tasks';

const now = new Date('2026-01-01T12:00:00Z');
const earlier = new Date(now.getTime() - 60_000);
const later = new Date(now.getTime() + 60_000);
const away = { reachable: false };

const BEFORE: [string, Task, BatchStatus, WaitingFor][] = [
  ['not asked yet', anLwm2mTask(), 'RUNNING', 'PUSH_RATE'],
  ['not asked yet, and gone', anLwm2mTask(away), 'RUNNING', 'DEVICE_OFFLINE'],
  ['asked for its version', anAskedTask('VERSION', earlier), 'RUNNING', 'DEVICE_VERSION'],
  ['asked for its version before a pause', anAskedTask('VERSION', earlier), 'PAUSED', 'DEVICE_VERSION'],
  ['asked for its cell', anAskedTask('SIGNAL', earlier), 'RUNNING', 'DEVICE_SIGNAL'],
  ['asked, and gone', anAskedTask('SIGNAL', earlier, away), 'RUNNING', 'DEVICE_OFFLINE'],
  ['put off by the rate', anAskedTask('VERSION', earlier, { offerAt: earlier, waitBy: null, negotiation: null }), 'RUNNING', 'PUSH_RATE'],
  ['waiting for a slot', anAskedTask('CELL_SLOT', earlier), 'RUNNING', 'CELL_SLOT'],
  ['waiting for a slot, and gone', anAskedTask('CELL_SLOT', earlier, away), 'RUNNING', 'DEVICE_OFFLINE'],
  ['waiting for a slot in a paused batch', anAskedTask('CELL_SLOT', earlier), 'PAUSED', 'BATCH_PAUSED'],
  ['given an address that it has not accepted', anAskedTask('START', earlier), 'RUNNING', 'DOWNLOAD_START'],
  ['between attempts', anLwm2mTask({ retryAt: later, offerAt: later }), 'RUNNING', 'RETRY'],
  ['unconfirmed', anLwm2mTask({ status: 'UNCONFIRMED' }), 'RUNNING', 'CONFIRMATION'],
];

test.each(BEFORE)('R-TASK-1 R-FLOW-3 a device that is %s is waited for accordingly', (_name, task, batchStatus, expected) => {
  expect(waitingFor(task, batchStatus, now)).toBe(expected);
});

test.each<[Lwm2mStep, WaitingFor, WaitingFor, WaitingFor]>([
  ['START', 'DOWNLOAD_START', 'DEVICE_OFFLINE', 'DEVICE_ASLEEP'],
  ['DOWNLOAD', 'DOWNLOAD', 'DEVICE_OFFLINE', 'DOWNLOAD'],
  ['EXECUTE', 'INSTALL_ORDER', 'DEVICE_OFFLINE', 'DEVICE_ASLEEP'],
  ['UPDATE', 'INSTALL_START', 'INSTALL_START', 'INSTALL_START'],
  ['RESULT', 'INSTALL_RESULT', 'INSTALL_RESULT', 'INSTALL_RESULT'],
  ['CHECK', 'TARGET_VERSION', 'DEVICE_OFFLINE', 'DEVICE_ASLEEP'],
  ['DEFERRED', 'DEVICE_USER', 'DEVICE_USER', 'DEVICE_USER'],
])('R-TASK-1 R-FLOW-3 at step %s, on-line %s, off-line %s, asleep %s; a pause changes nothing', (step, online, offline, asleep) => {
  const task = anAcceptedTask(step, earlier, { lwm2m: { delivery: 'PULL' } });
  for (const status of ['RUNNING', 'PAUSED', 'HALTED'] as const) {
    expect(waitingFor(task, status, now)).toBe(online);
    expect(waitingFor({ ...task, ...away }, status, now)).toBe(offline);
    expect(waitingFor({ ...task, ...away }, status, now, true, { asleep: true })).toBe(asleep);
  }
});

test('R-TASK-1 R-FLOW-3 a device that sleeps in the middle of a push is waited for', () => {
  const task = anAcceptedTask('DOWNLOAD', earlier, { ...away, lwm2m: { delivery: 'PUSH' } });
  expect(waitingFor(task, 'RUNNING', now, true, { asleep: true })).toBe('DEVICE_ASLEEP');
});

test('R-TASK-1 one that is disabled is not said to sleep', () => {
  expect(waitingFor(anLwm2mTask(away), 'RUNNING', now, true, { enabled: false, asleep: true })).toBe('DEVICE_DISABLED');
});

test('R-BAT-7 R-FLOW-3 without proactive push it has to register, and is waited for by its step once it has', () => {
  expect(waitingFor(anLwm2mTask(), 'RUNNING', now, false)).toBe('DEVICE_REQUEST');
  expect(waitingFor(anAskedTask('VERSION', earlier), 'RUNNING', now, false)).toBe('DEVICE_VERSION');
  expect(waitingFor(anAskedTask('CELL_SLOT', earlier), 'RUNNING', now, false)).toBe('CELL_SLOT');
});

test('R-TASK-1 R-FLOW-3 a task has a reason to wait exactly as long as it is active, whatever its device and its step', () => {
  const time = fc.constantFrom(null, earlier, later);
  const fields = fc.record({
    status: fc.constantFrom(...TASK_STATUSES),
    notifiedAt: time,
    reacted: fc.boolean(),
    reachable: fc.boolean(),
    retryAt: time,
    offerAt: time,
    lwm2m: fc.option(
      fc.record({ step: fc.constantFrom(...LWM2M_STEPS), delivery: fc.constantFrom(null, 'PULL' as const, 'PUSH' as const) }),
    ),
    queriedAt: time,
  });
  const device = fc.record({ enabled: fc.boolean(), unstable: fc.boolean(), asleep: fc.boolean() });
  fc.assert(
    fc.property(fields, fc.constantFrom(...BATCH_STATUSES), fc.boolean(), device, (of, batchStatus, proactive, ofDevice) => {
      const { lwm2m, queriedAt, ...task } = of;
      const asked = lwm2m && anAskedTask(lwm2m.step, earlier, { lwm2m });
      const negotiation = asked?.negotiation ? { ...asked.negotiation, queriedAt } : null;
      const waiting = { ...anLwm2mTask(), ...task, lwm2m: asked?.lwm2m ?? null, negotiation };
      expect(waitingFor(waiting, batchStatus, now, proactive, ofDevice) !== null).toBe(isActive(of.status));
    }),
  );
});
