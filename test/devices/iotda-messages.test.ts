import * as fixtures from '../gateway/fixtures/iotda';
import { iotdaCredentials } from '../support/devices/iotda/iotda-identity';
import { iotdaTopics, progressReport, readDown, upPayload, versionReport } from '../support/devices/iotda/iotda-messages';

const ID = '6500a1b2c3d4e5f60718293a_meter-0001';
const at = (payload: string) => payload.replace(/"event_time":"[^"]*"/g, '"event_time":"20261120T214000Z"');
const droppedFor = (payload: string) => readDown(payload, ID).map((down) => (down.kind === 'dropped' ? down.why : down.kind));

test('device-protocols §2.1: the credentials are the test vector', () => {
  const identity = { productKey: '6500a1b2c3d4e5f60718293a', deviceName: 'meter-0001', secret: 'updraft-demo-secret-01' };
  const now = new Date('2026-11-20T21:36:29Z');
  expect(iotdaCredentials({ ...identity, timeChecked: true }, now)).toEqual({
    clientId: `${ID}_0_1_2026112021`,
    username: ID,
    password: 'e214ee6d1ecc0d4d55447fc4eef31b7e5e4fe40708586f628a44fb5704d08ffd',
  });
  expect(iotdaCredentials({ ...identity, identifiedBy: 'node' }, now)).toMatchObject({
    clientId: 'meter-0001_2_0_2026112021',
    username: 'meter-0001',
  });
});

test('device-protocols §2.2, §2.3: what a device sends is byte for byte what the documents print', () => {
  expect(iotdaTopics(ID)).toEqual({ up: fixtures.UP, down: fixtures.DOWN });
  expect(at(upPayload(ID, [versionReport('v1.0', 's1.0')]))).toBe(fixtures.UPS[0]?.[1]);
  expect(at(upPayload(ID, [progressReport(0, 'v1.0', 80, 'upgrade processing')]))).toBe(
    fixtures.UPS.find(([name]) => name === 'upgrade_progress_report as documented')?.[1],
  );
});

test.each([
  ['version_query', fixtures.DOWN_VERSION_QUERY, 'version query'],
  ['firmware_upgrade', fixtures.DOWN_FIRMWARE_UPGRADE, 'upgrade'],
  ['software_upgrade', fixtures.DOWN_SOFTWARE_UPGRADE, 'upgrade'],
  ['firmware_upgrade_v2', fixtures.DOWN_FIRMWARE_UPGRADE_V2, 'upgrade'],
  ['software_upgrade_v2', fixtures.DOWN_SOFTWARE_UPGRADE_V2, 'upgrade'],
])('device-protocols §2.3: %s as documented is understood', (_event, payload, kind) => {
  expect(droppedFor(payload)).toEqual([kind]);
});

test.each([
  ['a token in a _v2 event', fixtures.DOWN_FIRMWARE_UPGRADE.replace('firmware_upgrade', 'firmware_upgrade_v2'), 'access_token'],
  ['no token where one belongs', fixtures.DOWN_FIRMWARE_UPGRADE_V2.replace('_v2', ''), 'access_token'],
  ['an address without a port', fixtures.DOWN_FIRMWARE_UPGRADE.replace(':8943', ''), 'url'],
  ['a size as text', fixtures.DOWN_FIRMWARE_UPGRADE.replace('"file_size":12', '"file_size":"12"'), 'file_size'],
  ['a digest in upper case', fixtures.DOWN_FIRMWARE_UPGRADE.replace('"sign":"ba', '"sign":"BA'), 'sign'],
  ['a file name with a slash', fixtures.DOWN_FIRMWARE_UPGRADE.replace('fw.bin', 'a/fw.bin'), 'file_name'],
])('device-protocols §2.3, §2.5: a device drops %s', (_what, payload, member) => {
  expect(droppedFor(payload)).toEqual([`${member} is not what an SDK takes`]);
});

test('device-protocols §2.2: what is about another device is not taken', () => {
  expect(droppedFor(fixtures.DOWN_VERSION_QUERY.replace(`"object_device_id":"${ID}"`, '"object_device_id":"other"'))).toEqual([
    'about other',
  ]);
});
