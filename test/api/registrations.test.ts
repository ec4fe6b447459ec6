import type { Registration } from '../../schema/model/registration/registration';
import { aRegistration } from '../support/builders';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'regA', name: 'Meters' });
  await api.core.devices.register(operator, 'regA', [
    { deviceName: 'met1' },
    { deviceName: 'met2' },
    { deviceName: 'met3' },
    { deviceName: 'met4' },
  ]);
});
afterAll(() => api.stop());

const at = (ms: number) => new Date(Date.now() + ms);
const register = (name: string, fields: Partial<Registration>) =>
  api.store.collections.registrations.insertOne(
    aRegistration({
      _id: `regA.${name}`,
      registrationId: name,
      endpoint: name,
      expiresAt: at(3_600_000),
      reachableUntil: at(3_600_000),
      ...fields,
    }),
  );
const QUESTION = `query ($filter: DeviceFilterInput) { devices(filter: $filter) { edges { node { online registration {
  since until heardAt address version binding queueMode awakeUntil security objects { id version instances }
} } } } }`;

test('R-DEV-2 a device shows its registration: one that sleeps is off-line and registered', async () => {
  const [until, asleepSince] = [at(3_600_000), at(-1_000)];
  const objects = [{ id: 5, version: '1.1', instances: [0] }];
  await register('met1', { expiresAt: until, objects });
  await register('met2', {
    identity: 'psk',
    address: '2001:db8::1',
    queueMode: true,
    online: false,
    expiresAt: until,
    reachableUntil: asleepSince,
  });
  await register('met3', { expiresAt: asleepSince });
  const { data } = await api.ask(QUESTION, { filter: { productKey: 'regA' } });
  const shown = (data.devices as { edges: { node: object }[] }).edges.map(({ node }) => node);
  const since = '2026-01-01T00:00:00.000Z';
  const common = { since, heardAt: since, until: until.toISOString(), version: '1.1', binding: 'U' };
  expect(shown).toEqual([
    {
      online: false,
      registration: { ...common, address: '192.0.2.1:40000', queueMode: false, awakeUntil: null, security: 'NONE', objects },
    },
    {
      online: false,
      registration: {
        ...common,
        ...{ address: '[2001:db8::1]:40000', queueMode: true, awakeUntil: asleepSince.toISOString(), security: 'PSK', objects: [] },
      },
    },
    { online: false, registration: null },
    { online: false, registration: null },
  ]);
});
