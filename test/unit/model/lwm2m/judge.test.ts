import { type AfterVerdict, causeOfLoss, causeOfRefusal, judgeAfter, resultBeforeAfter } from '../../../../schema/model/lwm2m/judge-after';
import { type BeforeVerdict, judgeBefore } from '../../../../schema/model/lwm2m/judge-before';
import type { FirmwareSeen, Reading } from '../../../../schema/model/lwm2m/reading';
import { causeOfResult } from '../../../../schema/model/lwm2m/results';
import { type Lwm2mUpgrade, newUpgrade } from '../../../../schema/model/lwm2m/upgrade';

const AT = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const ago = (minutes: number): Date => new Date(AT.getTime() - minutes * MINUTE);
const seen = (fields: Partial<FirmwareSeen> = {}): { value: FirmwareSeen } => ({
  value: { state: 0, result: 0, packageVersion: null, protocols: null, delivery: 0, automatic: null, deferSeconds: null, ...fields },
});
const old: Reading<string> = { value: '1.1.1' };
const target: Reading<string> = { value: '1.1.10' };
const silent = { failed: 'SILENT' as const };

describe('R-FLOW-3 a device that has accepted nothing', () => {
  type Row = [string, Reading<string>, Reading<FirmwareSeen>, Partial<BeforeVerdict> & { kind: BeforeVerdict['kind'] }, resets?: number];
  test.each<Row>([
    ['runs the target', target, seen({ state: 2 }), { kind: 'succeeded' }],
    ['runs what begins like the target', { value: '1.1.1' }, seen(), { kind: 'ready' }],
    ['does not say its version', silent, seen(), { kind: 'unanswered', why: 'SILENT', step: 'VERSION' }],
    [
      'has no version',
      { missing: 'NOT_THERE', code: '4.04' },
      seen(),
      { kind: 'failed', cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT' },
    ],
    ['has no object 5', old, { missing: 'NOT_THERE' }, { kind: 'failed', cause: 'DEVICE_REJECTED_REQUEST' }],
    ['does not say its object 5', old, { failed: 'ASLEEP' }, { kind: 'unanswered', why: 'ASLEEP', step: 'VERSION' }],
    ['has an old result', old, seen({ result: 8 }), { kind: 'ready' }],
    ['is at state 1 from the start', old, seen({ state: 1 }), { kind: 'reset' }],
    ['stays there', old, seen({ state: 1 }), { kind: 'failed', cause: 'DEVICE_REJECTED_REQUEST' }, 1],
    ['is at state 200', old, seen({ state: 200 }), { kind: 'reset' }],
    ['says no state', old, seen({ state: null }), { kind: 'failed', cause: 'DEVICE_REJECTED_REQUEST' }, 1],
  ])('%s', (_, version, firmware, verdict, resets = 0) => {
    expect(judgeBefore('1.1.10', { version, firmware, signal: null }, resets)).toMatchObject(verdict);
  });

  test('its cell is awaited last', () => {
    const looked = { version: old, firmware: seen(), signal: silent };
    expect(judgeBefore('1.1.10', looked, 0)).toEqual({ kind: 'unanswered', why: 'SILENT', step: 'SIGNAL' });
  });
});

const pulling = (fields: Partial<Lwm2mUpgrade> = {}): Lwm2mUpgrade => ({
  ...newUpgrade(ago(3)),
  ...{ step: 'START', state: 0, result: 0, resultBefore: 0, delivery: 'PULL', scheme: 'coap', deliveries: 1 },
  ...fields,
});
const downloading = (fields: Partial<Lwm2mUpgrade> = {}) => pulling({ step: 'DOWNLOAD', state: 1, resultBefore: null, ...fields });
const ordered = (fields: Partial<Lwm2mUpgrade> = {}) =>
  pulling({ step: 'UPDATE', state: 2, executedAt: ago(10), resultBefore: 0, ...fields });
const pushing = (fields: Partial<Lwm2mUpgrade> = {}) => pulling({ step: 'DOWNLOAD', state: 0, delivery: 'PUSH', scheme: null, ...fields });

describe('R-FLOW-5 a device that has accepted a package', () => {
  type Row = [
    string,
    Lwm2mUpgrade,
    Reading<string>,
    Reading<FirmwareSeen>,
    Partial<AfterVerdict> & { kind: AfterVerdict['kind'] },
    registered?: boolean,
  ];
  const failed = (cause: string) => ({ kind: 'failed', cause }) as never;
  test.each<Row>([
    ['runs the target, whatever its object 5 says', ordered(), target, seen({ state: 2, result: 8 }), { kind: 'succeeded' }],
    ['runs the target, and says nothing of its object 5', ordered(), target, silent, { kind: 'succeeded' }],
    ['runs something else', ordered(), { value: '3' }, seen(), { kind: 'unexpected', version: '3' }],
    ['downloads', pulling(), old, seen({ state: 1 }), { kind: 'goesOn', step: 'DOWNLOAD' }],
    [
      'downloads, and keeps an old result',
      pulling({ resultBefore: 8 }),
      old,
      seen({ state: 1, result: 8 }),
      { kind: 'goesOn', step: 'DOWNLOAD' },
    ],
    ['has not begun', pulling(), old, seen(), { kind: 'goesOn', step: 'START' }],
    ['has not begun, and keeps an old result', pulling({ resultBefore: 8 }), old, seen({ result: 8 }), { kind: 'goesOn', step: 'START' }],
    ['has not begun, and keeps an old success', pulling({ resultBefore: 1 }), old, seen({ result: 1 }), { kind: 'goesOn', step: 'START' }],
    ['has failed before it began', pulling(), old, seen({ result: 7 }), failed('INVALID_URI')],
    ['has skipped its states', pulling(), old, seen({ result: 5 }), failed('INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE')],
    ['is gone from its download', downloading(), old, seen({ result: 4 }), failed('CONNECTION_LOST_DURING_DOWNLOADING_PROCESS')],
    ['was cancelled', downloading(), old, seen({ result: 10 }), failed('FIRMWARE_UPDATE_CANCELLED')],
    ['says a number of no meaning', downloading(), old, seen({ result: 99 }), failed('UNKNOWN_DEVICE_ERROR')],
    ['has registered anew, and lost the address', pulling(), old, seen(), { kind: 'lost' }, true],
    ['has lost its download', downloading(), old, seen(), { kind: 'lost' }],
    ['has lost it, and does not say its version', downloading(), silent, seen(), { kind: 'unanswered', why: 'SILENT' }],
    ['has downloaded', downloading(), old, seen({ state: 2 }), { kind: 'execute', step: 'EXECUTE' }],
    [
      'has downloaded, and keeps an old result 8',
      downloading({ resultBefore: 8 }),
      old,
      seen({ state: 2, result: 8 }),
      { kind: 'execute', step: 'EXECUTE' },
    ],
    [
      'has downloaded, and installs by itself',
      downloading(),
      old,
      seen({ state: 2, automatic: true }),
      { kind: 'goesOn', step: 'UPDATE', executed: true },
    ],
    ['installs', ordered(), old, seen({ state: 3 }), { kind: 'goesOn', step: 'RESULT' }],
    ['has not begun to install', ordered({ executedAt: ago(0.5) }), old, seen({ state: 2 }), { kind: 'goesOn', step: 'UPDATE' }],
    ['has come back with what it was to install', ordered({ executedAt: ago(0.5) }), old, seen({ state: 2 }), { kind: 'execute' }, true],
    ['has failed, and is at Downloaded', ordered(), old, seen({ state: 2, result: 8 }), failed('FIRMWARE_UPDATE_FAILED')],
    ['has failed, and is Idle', ordered(), old, seen({ result: 8 }), failed('FIRMWARE_UPDATE_FAILED')],
    [
      'keeps an old result after the order',
      ordered({ resultBefore: 8, executedAt: ago(0.5) }),
      old,
      seen({ state: 2, result: 8 }),
      { kind: 'goesOn', step: 'UPDATE' },
    ],
    ['has put it off', ordered(), old, seen({ state: 2, result: 11 }), { kind: 'goesOn', step: 'DEFERRED' }],
    [
      'has put it off, and is left alone',
      ordered({ step: 'DEFERRED' }),
      old,
      seen({ state: 2, result: 0 }),
      { kind: 'goesOn', step: 'DEFERRED' },
    ],
    ['says success, with its old version', ordered(), old, seen({ result: 1 }), { kind: 'goesOn', step: 'CHECK' }],
    ['says it once more', ordered({ step: 'CHECK' }), old, seen({ result: 0 }), { kind: 'goesOn', step: 'CHECK' }],
    ['has come back as if nothing had been', ordered(), old, seen(), { kind: 'lost' }, true],
    ['is as if nothing had been, just after the order', ordered({ executedAt: ago(1) }), old, seen(), { kind: 'goesOn', step: 'UPDATE' }],
    ['is at state 200', downloading(), old, seen({ state: 200 }), { kind: 'goesOn', step: 'DOWNLOAD' }],
    ['has a push in its middle', pushing(), old, seen({ state: 1 }), { kind: 'interrupted' }],
    ['has lost a push', pushing(), old, seen(), { kind: 'lost' }],
    ['was reset in the middle of a push', pushing({ resultBefore: 0 }), old, seen({ result: 10 }), { kind: 'lost' }],
    ['checks what was pushed', pushing({ pushedAt: AT }), old, seen({ state: 1 }), { kind: 'goesOn', step: 'DOWNLOAD' }],
    ['does not answer', downloading(), silent, silent, { kind: 'unanswered', why: 'SILENT' }],
  ])('%s', (_, lwm2m, version, firmware, verdict, registered = false) => {
    const task = { targetVersion: '1.1.10', sourceVersion: '1.1.1', lwm2m, registered, minuteMs: MINUTE };
    expect(judgeAfter(task, { version, firmware, signal: null }, AT)).toMatchObject(verdict);
  });
});

test.each([
  ['another result is about this update', pulling({ resultBefore: 8 }), 0, 5, null],
  ['the same may be the old one', pulling({ resultBefore: 8 }), 1, 8, 8],
  ['who begins forgets', pulling({ resultBefore: 8 }), 1, null, null],
  ['who has downloaded need not have told', pulling({ resultBefore: 8 }), 2, null, 8],
])('R-FLOW-5 an earlier result: %s', (_, lwm2m, state, result, before) => {
  expect(resultBeforeAfter(lwm2m, state, result)).toBe(before);
});

test('R-FLOW-5 each result has its cause', () => {
  const causes = Array.from({ length: 13 }, (_, result) => causeOfResult(result));
  expect(causes.map((cause) => cause !== null)).toEqual([false, false, true, true, true, true, true, true, true, true, true, false, true]);
  expect(new Set(causes).size).toBe(11);
});

test.each([
  [9, 'UNSUPPORTED_PROTOCOL'],
  [7, 'INVALID_URI'],
  [0, 'DEVICE_REJECTED_REQUEST'],
  [1, 'DEVICE_REJECTED_REQUEST'],
  [null, 'DEVICE_REJECTED_REQUEST'],
])('R-FLOW-5 a refused address with result %s', (result, cause) => {
  expect(causeOfRefusal(pulling(), result, 'ADDRESS')).toBe(cause);
  // An earlier update may have ended with the same.
  expect(causeOfRefusal(pulling({ resultBefore: result }), result, 'ADDRESS')).toBe(cause);
  // Of another request, what was there before says nothing.
  expect(causeOfRefusal(pulling(), result)).toBe(cause);
  expect(causeOfRefusal(pulling({ resultBefore: result }), result)).toBe('DEVICE_REJECTED_REQUEST');
});

test('R-FLOW-3 what an attempt has failed of whose package is lost again and again', () => {
  expect(causeOfLoss({ step: 'START' })).toBe('WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT');
  expect(causeOfLoss({ step: 'DOWNLOAD' })).toBe('CONNECTION_LOST_DURING_DOWNLOADING_PROCESS');
  expect(causeOfLoss({ step: 'RESULT' })).toBe('FIRMWARE_UPDATE_FAILED');
});
