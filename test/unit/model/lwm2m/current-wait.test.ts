import { lwm2mWait } from '../../../../schema/model/lwm2m/current-wait';
import { atStep, awoken, fallenAsleep, LWM2M_STEPS, type Lwm2mUpgrade, newUpgrade } from '../../../../schema/model/lwm2m/upgrade';
import { newNegotiation } from '../../../../schema/model/task/negotiation';
import { DEFAULT_WAITS, type LimitsMs, limitsMsOf } from '../../../../schema/model/task/waits';
import { anLwm2mTask } from '../../../support/lwm2m-world';

const AT = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const MIB = 1024 ** 2;
const at = (minutes: number): Date => new Date(AT.getTime() + minutes * MINUTE);
const LIMITS = limitsMsOf(DEFAULT_WAITS, { dialect: 'LWM2M' }, MINUTE) as LimitsMs<'LWM2M'>;

const wait = (lwm2m: Partial<Lwm2mUpgrade>, fileBytes = MIB, begunAt: Date | null = AT) => {
  const task = anLwm2mTask({ negotiation: { ...newNegotiation(0), begunAt }, lwm2m: { ...newUpgrade(AT), ...lwm2m } });
  const found = lwm2mWait(task, LIMITS, fileBytes);
  return found && [(found.until.getTime() - AT.getTime()) / MINUTE, found.wait.cause];
};

type Row = [what: string, lwm2m: Partial<Lwm2mUpgrade>, minutes: number, cause: string, bytes?: number];
test.each<Row>([
  ['the begin of a download', { step: 'START' }, 10, 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT'],
  ['the same, having slept', { step: 'START', sleptMs: 15 * MINUTE }, 25, 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT'],
  ['the same, asleep', { step: 'START', asleepSince: at(2) }, 60, 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT'],
  ['the same, having slept for days', { step: 'START', sleptMs: 3_000 * MINUTE }, 60, 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT'],
  ['a download', { step: 'DOWNLOAD' }, 60, 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT'],
  ['a download of 9 MiB', { step: 'DOWNLOAD' }, 180, 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT', 9 * MIB],
  ['one that sleeps with it', { step: 'EXECUTE', asleepSince: AT }, 1_440, 'WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT'],
  ['the begin of the installation', { step: 'UPDATE', executedAt: AT }, 5, 'WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT'],
  [
    'the same, in silence',
    { step: 'UPDATE', executedAt: AT, asleepSince: at(1) },
    30,
    'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT',
  ],
  ['the result', { step: 'RESULT', executedAt: AT }, 30, 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT'],
  [
    'the same, in silence',
    { step: 'RESULT', executedAt: AT, asleepSince: at(9) },
    30,
    'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT',
  ],
  ['the target version', { step: 'CHECK' }, 10, 'FIRMWARE_UPDATE_FAILED'],
  ['its user', { step: 'DEFERRED' }, 30 + 1_440, 'FIRMWARE_UPDATE_DEFERRED'],
  ['its user, for an hour', { step: 'DEFERRED', deferSeconds: 3_600 }, 30 + 60, 'FIRMWARE_UPDATE_DEFERRED'],
  ['a user who may not', { step: 'DEFERRED', deferSeconds: 0 }, 30, 'FIRMWARE_UPDATE_DEFERRED'],
  ['a user who may for ever', { step: 'DEFERRED', deferSeconds: 2 ** 32 }, 30 + 7 * 1_440, 'FIRMWARE_UPDATE_DEFERRED'],
])('R-TASK-10 waits for %s', (_, lwm2m, minutes, cause, bytes = MIB) => {
  expect(wait(lwm2m, bytes)).toEqual([minutes, cause]);
});

test('R-TASK-10 a device that goes to and fro between steps comes to an end', () => {
  const days = LWM2M_STEPS.map((step) => wait({ step, since: at(365 * 1_440) })?.[0]);
  expect(new Set(days).size).toBe(1);
  expect(days[0]).toBeLessThan(10 * 1_440);
});

test('R-FLOW-3 before a device has accepted anything its task waits as a document', () => {
  expect(wait({ step: 'VERSION' }, MIB, null)).toBeNull();
});

test('R-TASK-10 what a device sleeps in a step counts in no other', () => {
  const slept = awoken(fallenAsleep(newUpgrade(AT), at(1)), at(6));
  expect(slept).toMatchObject({ asleepSince: null, sleptMs: 5 * MINUTE });
  expect(atStep(slept, 'START', at(7))).toMatchObject({ since: at(7), sleptMs: 0 });
  const within = fallenAsleep(atStep(fallenAsleep(newUpgrade(AT), at(1)), 'START', at(4)), at(5));
  expect(awoken(within, at(6))).toMatchObject({ sleptMs: 2 * MINUTE });
});
