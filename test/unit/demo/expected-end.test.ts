import { expectedEnd } from '../../../demo/expected-end';
import { FAILURE_CAUSES, linkStepCause } from '../../../schema/model/task/failure-causes';
import {
  type Behaviour,
  corruptDownload,
  disconnectsAt,
  failsWith,
  neverReportsVersion,
  offlineUntil,
  reportsTwice,
  resultCode,
  silent,
  slow,
  stallsAt,
  staysOnSourceVersion,
  wrongVersion,
} from '../../support/devices/behaviours';
import { ends, refuses } from '../../support/devices/lwm2m/lwm2m-behaviours';

const OK = 'SUCCEEDED';
const TIMED_OUT = 'DEVICE_UPGRADE_TIMEOUT';
const CORRUPT = 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE';

const ended = (end: string | null) => (end === null ? null : end === OK ? { status: OK, cause: null } : { status: 'FAILED', cause: end });

test.each<[string, Behaviour | null, string | null]>([
  ['behaves', null, OK],
  ['is slow', slow(1_000), OK],
  ['is off-line at first', offlineUntil('told'), OK],
  ['reports everything twice', reportsTwice(), OK],
  ['is silent', silent(), null],
  ['stalls at 60 %', stallsAt(60), TIMED_OUT],
  ['never reports its version', neverReportsVersion(), TIMED_OUT],
  ['fails once', failsWith(-1, { times: 1 }), OK],
  ['fails as often as there are retries', failsWith(-1, { times: 2 }), OK],
  ['fails once more than there are retries', failsWith(-1, { times: 3 }), 'FIRMWARE_UPDATE_FAILED'],
  ['always fails with -2', failsWith(-2), 'DOWNLOAD_FAILED'],
  ['always fails with -3', failsWith(-3), CORRUPT],
  ['always fails with -4', failsWith(-4), 'PACKAGE_INSTALLATION_FAILURE'],
  ['corrupts its download once', corruptDownload({ times: 1 }), OK],
  ['corrupts every download', corruptDownload(), CORRUPT],
  ['comes up with a wrong version once', wrongVersion('9', { times: 1 }), OK],
  ['always comes up with a wrong version', wrongVersion(), 'UNEXPECTED_VERSION_REPORTED'],
  ['keeps its version once', staysOnSourceVersion({ times: 1 }), OK],
  ['always keeps its version', staysOnSourceVersion(), TIMED_OUT],
  ['disconnects during the download', disconnectsAt('progress'), OK],
  ['disconnects in every download', disconnectsAt('progress', { times: 'always' }), TIMED_OUT],
  ['disconnects at every notification', disconnectsAt('notified', { times: 'always' }), null],
])('a device that %s ends as its behaviour makes it', (_what, behaviour, end) => {
  expect(expectedEnd(behaviour, 2, 'LINK')).toEqual(ended(end));
});

test.each<[string, Behaviour, string]>([
  ['says code 1 once', resultCode(1, { times: 1 }), OK],
  ['always says code 4', resultCode(4), 'LOW_BATTERY'],
  ['always says code 5', resultCode(5), 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE'],
  ['always says code 10', resultCode(10), 'PACKAGE_INSTALLATION_FAILURE'],
  ['always says code 77', resultCode(77), 'UNKNOWN_DEVICE_ERROR'],
  ['always keeps its version', staysOnSourceVersion(), TIMED_OUT],
])('an IoTDA device that %s ends as its behaviour makes it', (_what, behaviour, end) => {
  expect(expectedEnd(behaviour, 2, 'IOTDA')).toEqual(ended(end));
});

test.each<[string, Behaviour, string]>([
  ['has result 4 once', ends(4, 'downloaded', { times: 1 }), OK],
  ['always has result 2', ends(2, 'downloaded'), 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE'],
  ['always has result 6', ends(6, 'downloaded'), 'UNSUPPORTED_PACKAGE_TYPE'],
  ['corrupts every download', corruptDownload(), CORRUPT],
  ['keeps its version once, and says so', staysOnSourceVersion({ times: 1 }), OK],
  ['always keeps its version, and says so', staysOnSourceVersion(), 'FIRMWARE_UPDATE_FAILED'],
  ['refuses the first order to install', refuses('POST', '/5/0/2', '4.05', { times: 1 }), OK],
  ['stalls at 60 %', stallsAt(60), TIMED_OUT],
])('an LwM2M device that %s ends as its behaviour makes it', (_what, behaviour, end) => {
  expect(expectedEnd(behaviour, 2, 'LWM2M')).toEqual(ended(end));
});

test('R-TASK-10 the causes the demo expects are those of the catalogue', () => {
  for (const step of [-1, -2, -3, -4] as const) {
    const cause = expectedEnd(failsWith(step), 2, 'LINK')?.cause ?? '';
    expect(Object.keys(FAILURE_CAUSES)).toContain(cause);
    expect(cause).toBe(linkStepCause(step));
  }
});
