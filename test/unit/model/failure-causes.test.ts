import fc from 'fast-check';
import { FAILURE_CAUSES, type FailureCause, linkStepCause, retriedBy } from '../../../schema/model/task/failure-causes';

const causes = Object.keys(FAILURE_CAUSES) as FailureCause[];

describe('R-TASK-10 failure causes', () => {
  test.each(causes)('R-TASK-10 %s has an origin, a description and a recommendation', (cause) => {
    const { origin, description, recommendation } = FAILURE_CAUSES[cause];
    expect(['platform', 'device']).toContain(origin);
    expect(description).toMatch(/^[A-Z].{10,150}\.$/);
    expect(recommendation).toMatch(/^[A-Z].{10,150}\.$/);
  });

  test('R-TASK-10 no two causes are described alike', () => {
    expect(new Set(causes.map((cause) => FAILURE_CAUSES[cause].description)).size).toBe(causes.length);
  });

  test('R-TASK-10 the catalogue has the 19 platform and the 20 device causes', () => {
    const origins = causes.map((cause) => FAILURE_CAUSES[cause].origin);
    expect(origins.filter((origin) => origin === 'platform')).toHaveLength(19);
    expect(origins.filter((origin) => origin === 'device')).toHaveLength(20);
  });

  test.each([
    [-1, 'FIRMWARE_UPDATE_FAILED'],
    [-2, 'DOWNLOAD_FAILED'],
    [-3, 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE'],
    [-4, 'PACKAGE_INSTALLATION_FAILURE'],
    [-5, 'UNKNOWN_DEVICE_ERROR'],
    [-2_147_483_648, 'UNKNOWN_DEVICE_ERROR'],
  ])('R-TASK-10 Link step %i means %s', (step, cause) => {
    expect(linkStepCause(step)).toBe(cause);
  });

  test('R-TASK-10 whatever negative number a Link device sends has a cause, and a retry', () => {
    fc.assert(fc.property(fc.integer({ max: -1 }), (step) => retriedBy('LINK', linkStepCause(step))));
  });

  test('R-TASK-5 a Link task is retried after device-reported failures and a wrong version, never after a time-out', () => {
    const retried = causes.filter((cause) => retriedBy('LINK', cause)).sort();
    expect(retried).toEqual([
      'DOWNLOAD_FAILED',
      'FIRMWARE_UPDATE_FAILED',
      'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
      'NOTIFICATION_LIMIT',
      'PACKAGE_INSTALLATION_FAILURE',
      'PLATFORM_INTERNAL_ERROR',
      'UNEXPECTED_VERSION_REPORTED',
      'UNKNOWN_DEVICE_ERROR',
    ]);
    expect(retried.filter((cause) => cause.endsWith('TIMEOUT'))).toEqual([]);
  });

  test('R-TASK-5 an IoTDA task is retried after everything that a further attempt could change', () => {
    expect(causes.filter((cause) => !retriedBy('IOTDA', cause)).sort()).toEqual([
      'CAMPAIGN_WINDOW_CLOSED',
      'DEVICE_REMOVED',
      'DEVICE_UPGRADE_TIMEOUT',
      'FIRMWARE_UPDATE_CANCELLED',
      'OVERWRITTEN_BY_NEWER_TASK',
      'SOURCE_VERSION_NOT_ELIGIBLE',
    ]);
  });
});
