import { systemClock } from '../../core/clock';
import { createDeviceService } from '../../core/devices/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { createProductService } from '../../core/products/service';
import { deviceIdOf } from '../../schema/model/ids';
import { operator, productParts, refusal, settingsWith, spectator } from '../support/core-parts';
import { useStore } from '../support/store';

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
const store = useStore();
let devices: ReturnType<typeof createDeviceService>;
beforeEach(async () => {
  const parts = productParts(store, systemClock);
  const settings = settingsWith({ devicesPerCall: 2 });
  await createProductService({ collections: store.collections, settings, clock: systemClock, ...parts }).create(operator, {
    key: 'prodA',
    name: 'A',
    dialect: 'IOTDA',
  });
  devices = createDeviceService({ store, settings, clock: systemClock, ...parts, memberships: NO_MEMBERSHIPS });
  await devices.register(operator, 'prodA', [{ deviceName: 'meter-1', certificateFingerprints: [first] }, { deviceName: 'meter-2' }]);
});

const id = (name: string) => deviceIdOf('prodA', name);
const certificatesOf = async (name: string) => (await devices.credentials('prodA', name))?.certificates;

test('R-FLOW-2 a gateway is told the certificates of a device, by either name, and none where there are none', async () => {
  expect(await certificatesOf('meter-1')).toEqual([first]);
  expect(await devices.credentialsOfNode('meter-1')).toMatchObject({ certificates: [first] });
  expect(await certificatesOf('meter-2')).toBeUndefined();
});

test('R-FLOW-2 certificates are set for devices together, take the place of those before, and are taken away', async () => {
  const set = await devices.setCertificates(operator, [
    { deviceId: id('meter-2'), fingerprints: [third] },
    { deviceId: id('meter-1'), fingerprints: [second, third, second.toUpperCase()].slice(0, 2) },
  ]);
  expect(set.map(({ deviceName, certificates }) => [deviceName, certificates])).toEqual([
    ['meter-2', [third]],
    ['meter-1', [second, third]],
  ]);
  await devices.setCertificates(operator, [{ deviceId: id('meter-1'), fingerprints: [] }]);
  expect(await certificatesOf('meter-1')).toBeUndefined();
  expect(await certificatesOf('meter-2')).toEqual([third]);
});

const notAllowed = async (connected: Parameters<typeof devices.reviewConnected>[0]) =>
  (await devices.reviewConnected(connected)).notAllowed;

test('R-FLOW-2 who came with a certificate that was taken away may not stay connected; who came with another, or its secret, may', async () => {
  const connected = [
    { deviceId: id('meter-1'), certificate: first },
    { deviceId: id('meter-2') },
    { deviceId: id('none'), certificate: first },
    { deviceId: id('gone') },
  ];
  expect(await notAllowed(connected)).toEqual([id('none'), id('gone')]);
  await devices.setCertificates(operator, [{ deviceId: id('meter-1'), fingerprints: [second] }]);
  expect(await notAllowed(connected)).toEqual([id('meter-1'), id('none'), id('gone')]);
  expect(await notAllowed([{ deviceId: id('meter-1'), certificate: second }, { deviceId: id('meter-1') }])).toEqual([]);
});

test('R-FLOW-2 a registration without a secret has one all the same, which nobody is told', async () => {
  expect((await devices.credentials('prodA', 'meter-1'))?.secret).toMatch(/^[0-9a-f]{32}$/);
});

test('R-FLOW-2 what is wrong with a list of certificates is named, and then nothing has changed', async () => {
  const refused = (wanted: { deviceId: string; fingerprints: string[] }[]) => refusal(devices.setCertificates(operator, wanted));
  const good = { deviceId: id('meter-1'), fingerprints: [second] };
  expect(await refused([])).toEqual([{ code: 'REQUIRED', field: 'devices' }]);
  expect(await refused([good, { deviceId: 'prodA.none', fingerprints: [] }])).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'devices' }]);
  expect(await refused([good, { deviceId: id('meter-2'), fingerprints: [first, second, third] }])).toEqual([
    { code: 'TOO_MANY', field: 'devices[1].fingerprints' },
  ]);
  expect(await refused([good, { deviceId: id('meter-2'), fingerprints: [first, '12'] }])).toEqual([
    { code: 'INVALID_FORMAT', field: 'devices[1].fingerprints[1]' },
  ]);
  expect(await refused(['meter-1', 'meter-2', 'none'].map((name) => ({ deviceId: id(name), fingerprints: [] })))).toEqual([
    { code: 'TOO_MANY', field: 'devices' },
  ]);
  expect(await refusal(devices.setCertificates(spectator, [good]))).toEqual([{ code: 'NOT_ALLOWED' }]);
  expect(await refusal(devices.register(operator, 'prodA', [{ deviceName: 'meter-3', certificateFingerprints: ['x'] }]))).toEqual([
    { code: 'INVALID_FORMAT', field: 'devices[0].certificateFingerprints[0]' },
  ]);
  expect(await certificatesOf('meter-1')).toEqual([first]);
});
