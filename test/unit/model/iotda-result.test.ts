import fc from 'fast-check';
import {
  type IotdaResult,
  type IotdaVerdict,
  judgeIotdaResult,
  mayBeStale,
  moduleOfResult,
  type ResultOf,
  taskOfResult,
} from '../../../schema/model/protocol/iotda-result';
import type { FailureCause } from '../../../schema/model/task/failure-causes';
import type { Task } from '../../../schema/model/task/task';
import { aNotifiedTask, aTask } from '../../support/builders';

const TARGET = 'v2.0';
const result = (code: number, progress: number | null, version: string | null): IotdaResult => ({ code, progress, version, text: null });
const about = (fields: Partial<ResultOf> = {}): ResultOf => ({
  ...{ targetVersion: TARGET, sourceVersion: 'v1.0', opened: false, notifications: 1, endedSoBefore: false },
  ...fields,
});

describe('IoTDA results (device-protocols §2.4, §2.8)', () => {
  test.each<[number, FailureCause]>([
    [1, 'DEVICE_IN_USE'],
    [2, 'POOR_SIGNAL_QUALITY'],
    [4, 'LOW_BATTERY'],
    [5, 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE'],
    [6, 'DEVICE_DOWNLOAD_TIMEOUT'],
    [7, 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
    [8, 'UNSUPPORTED_PACKAGE_TYPE'],
    [9, 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS'],
    [10, 'PACKAGE_INSTALLATION_FAILURE'],
    [255, 'DEVICE_INTERNAL_EXCEPTION'],
    [11, 'UNKNOWN_DEVICE_ERROR'],
    [-1, 'UNKNOWN_DEVICE_ERROR'],
  ])('R-TASK-10 code %i is %s, also when the device names the target version with it', (code, cause) => {
    for (const version of ['v1.0', TARGET, null])
      expect(judgeIotdaResult(result(code, 0, version), about())).toEqual({ kind: 'failed', cause });
  });

  const unexpected = { kind: 'failed', cause: 'UNEXPECTED_VERSION_REPORTED' } as const;
  const latest = { kind: 'failed', cause: 'ALREADY_THE_LATEST_VERSION' } as const;
  const failure = (cause: FailureCause) => ({ kind: 'failed', cause }) as const;
  const progress = (percent: number | null) => ({ kind: 'progress', percent }) as const;

  /** Each row of §2.4, from the top, with what the SDKs named there send. */
  test.each<[string, number, number | null, string | null, IotdaVerdict]>([
    ['C SDK, any failure', 1, 0, TARGET, failure('DEVICE_IN_USE')],
    ['Go SDK, a failed download', 10, 0, null, failure('PACKAGE_INSTALLATION_FAILURE')],
    ['Java SDK, a failed download', 6, null, 'v1.0', failure('DEVICE_DOWNLOAD_TIMEOUT')],
    ['Python SDK, a failed check', 7, 0, 'v1.0', failure('INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE')],
    ['any other code, a third version', 255, 100, 'v9', failure('DEVICE_INTERNAL_EXCEPTION')],
    ['already there', 3, null, TARGET, { kind: 'atTarget' }],
    ['already somewhere else', 3, 0, 'v1.0', latest],
    ['already, and nowhere', 3, 100, null, latest],
    ['already on a third version', 3, 100, 'v9', latest],
    ['C SDK, after the checksum', 0, 100, TARGET, { kind: 'atTarget' }],
    ['the target without a percentage', 0, null, TARGET, { kind: 'atTarget' }],
    ['the target at the beginning', 0, 0, TARGET, { kind: 'atTarget' }],
    ['Java SDK, after the download', 0, 100, 'v1.0', progress(100)],
    ['downloaded, no version', 0, 100, null, progress(100)],
    ['Go and Python SDK, another version at the end', 0, 100, 'v9', unexpected],
    ['spelled in another way', 0, 100, 'V2.0', unexpected],
    ['Python SDK, while it downloads', 0, 80, 'v1.0', progress(80)],
    ['a third version while it downloads', 0, 99, 'v9', progress(99)],
    ['no percentage', 0, null, 'v1.0', progress(null)],
    ['neither percentage nor version', 0, null, null, progress(null)],
  ])('R-TASK-2 R-FLOW-2 %s: code %i, progress %s, version %s', (_, code, percent, version, verdict) => {
    expect(judgeIotdaResult(result(code, percent, version), about())).toEqual(verdict);
  });

  test('R-TASK-2 nothing but code 0 or 3 with the target version says that the device runs it', () => {
    const version = fc.constantFrom(null, 'v1.0', TARGET, 'V2.0', 'v2.0.0');
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 300 }), fc.option(fc.nat(100)), version, fc.boolean(), (code, percent, reported, before) => {
        const { kind } = judgeIotdaResult(result(code, percent, reported), about({ endedSoBefore: before }));
        expect(kind === 'atTarget').toBe((code === 0 || code === 3) && reported === TARGET);
      }),
    );
  });

  test.each<[string, number, string | null, Partial<ResultOf>, boolean]>([
    ['before the file was opened, as an attempt before', 7, 'v1.0', { endedSoBefore: true }, true],
    ['so does 9', 9, 'v1.0', { endedSoBefore: true }, true],
    ['so does 10, without a version', 10, null, { endedSoBefore: true }, true],
    ['the first time', 10, null, {}, false],
    ['after the file was opened', 10, 'v1.0', { opened: true, endedSoBefore: true }, false],
    ['with the version of this attempt', 10, TARGET, { endedSoBefore: true }, false],
    ['once more after it was notified again', 10, null, { notifications: 2, endedSoBefore: true }, false],
    ['what needs no download', 1, 'v1.0', { endedSoBefore: true }, false],
    ['a download that timed out', 6, 'v1.0', { endedSoBefore: true }, false],
  ])('R-FLOW-2 a repeat of an earlier result (device-protocols §2.9): %s', (_, code, version, fields, stale) => {
    expect(judgeIotdaResult(result(code, 0, version), about(fields)).kind).toBe(stale ? 'stale' : 'failed');
    if (stale) expect(mayBeStale(result(code, 0, version), about(fields))).toBe(true);
  });
});

describe('R-FLOW-2 which of several tasks a result is about, since it names no module', () => {
  const at = (minutes: number) => new Date(minutes * 60_000);
  const firmware = aNotifiedTask({ sourceVersion: 'f1', targetVersion: 'f2', notifiedAt: at(1) });
  const software = aNotifiedTask({ module: 'software', sourceVersion: 's1', targetVersion: 's2', notifiedAt: at(2) });
  const queued = aTask({ module: 'software', sourceVersion: 's1', targetVersion: 's2' });

  test.each<[string, Task[], IotdaResult, Task | null]>([
    ['the one whose target it says it runs', [firmware, software], result(0, 100, 'f2'), firmware],
    ['and the other', [firmware, software], result(0, 100, 's2'), software],
    ['also where it was not notified', [firmware, queued], result(0, 100, 's2'), queued],
    ['a failure is of what was notified', [firmware, queued], result(1, 0, 's2'), firmware],
    ['the one whose source it names', [firmware, software], result(0, 100, 'f1'), firmware],
    ['a failure that names the target', [firmware, software], result(1, 0, 'f2'), firmware],
    ['no version: the last that was notified', [software, firmware], result(10, 0, null), software],
    ['an unknown version: the last that was notified', [firmware, software], result(0, 100, 'x'), software],
    ['nothing notified', [queued], result(0, 100, 'x'), null],
    ['nothing at all', [], result(0, 100, 'x'), null],
  ])('R-FLOW-2 %s', (_, tasks, said, expected) => {
    expect(taskOfResult(tasks, said)).toBe(expected);
  });

  const ended = (task: Task): Task => ({ ...task, status: 'CANCELED', active: false, firstNotifiedAt: task.notifiedAt });
  test.each<[string, Task[], IotdaResult, string | null]>([
    ['the target of a canceled task', [ended(firmware)], result(0, 100, 'f2'), 'default'],
    ['with any percentage', [ended(software), ended(firmware)], result(0, 40, 'f2'), 'default'],
    ['what it had', [ended(software), ended(firmware)], result(0, 100, 'f1'), 'default'],
    ['another version, of one module', [ended(firmware)], result(0, null, 'f9'), 'default'],
    ['another version, of one of two', [ended(firmware), ended(software)], result(0, 100, 'x'), null],
    ['while it downloads', [ended(firmware)], result(0, 40, 'f1'), null],
    ['a failure', [ended(firmware)], result(1, 0, 'f2'), null],
    ['no version', [ended(firmware)], result(0, 100, null), null],
    ['a task nobody was notified of', [{ ...ended(firmware), firstNotifiedAt: null }], result(0, 100, 'f2'), null],
  ])('R-DEV-1 the module of a result that comes after the end: %s', (_, tasks, said, module) => {
    expect(moduleOfResult(tasks, said)).toBe(module);
  });
});
