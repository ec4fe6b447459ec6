import fc from 'fast-check';
import type { FailureCause } from '../../../schema/model/failure-causes';
import { type IotdaResult, isStaleResult, judgeIotdaResult } from '../../../schema/model/iotda-result';

const TARGET = 'v2.0';
const result = (code: number, progress: number | null, version: string): IotdaResult => ({ code, progress, version, text: null });

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
    for (const version of ['v1.0', TARGET]) expect(judgeIotdaResult(result(code, 0, version), TARGET)).toEqual({ kind: 'failed', cause });
  });

  test.each([
    [3, null, TARGET, { kind: 'atTarget' }],
    [3, 0, 'v1.0', { kind: 'failed', cause: 'ALREADY_THE_LATEST_VERSION' }],
    [0, 100, TARGET, { kind: 'atTarget' }],
    [0, null, TARGET, { kind: 'atTarget' }],
    [0, 100, 'v1.0', { kind: 'progress', percent: 100 }],
    [0, 80, 'v1.0', { kind: 'progress', percent: 80 }],
    [0, null, 'v1.0', { kind: 'progress', percent: null }],
  ])('R-TASK-2 code %i, progress %s, version %s', (code, progress, version, verdict) => {
    expect(judgeIotdaResult(result(code, progress, version), TARGET)).toEqual(verdict);
  });

  test('R-TASK-2 nothing but code 0 or 3 with the target version says that the device runs it', () => {
    const version = fc.constantFrom('v1.0', TARGET, 'V2.0', 'v2.0.0');
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 300 }), fc.option(fc.nat(100)), version, (code, progress, reported) => {
        const { kind } = judgeIotdaResult(result(code, progress, reported), TARGET);
        expect(kind === 'atTarget').toBe((code === 0 || code === 3) && reported === TARGET);
      }),
    );
  });

  test.each([
    [7, 'v1.0', false, true],
    [9, 'v1.0', false, true],
    [10, 'v1.0', false, true],
    [10, 'v1.0', true, false],
    [10, TARGET, false, false],
    [1, 'v1.0', false, false],
    [6, 'v1.0', false, false],
  ])(
    'a result that only a download can have (code %i, version %s, file opened: %s) is stale before one: %s',
    (code, version, opened, stale) => {
      expect(isStaleResult(result(code, 0, version), TARGET, opened)).toBe(stale);
    },
  );
});
