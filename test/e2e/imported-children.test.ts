import { Readable } from 'node:stream';
import type { NewDevice } from '../../core/devices/contract';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '200' });
});
afterAll(() => updraft.stop());

/** By a file that has the parents last. */
async function imported(devices: NewDevice[]): Promise<{ secret: string }[]> {
  const { core, productKey } = updraft;
  const secret = '0123456789abcdef';
  const lines = devices.map(({ deviceName, parent }) => `${deviceName},${secret},${parent?.deviceName ?? ''}`).reverse();
  const made = await core.deviceImports.create(
    ADMIN,
    { productKey },
    Readable.from(Buffer.from(`deviceName,secret,parent\n${lines.join('\n')}`)),
  );
  await updraft.until(async () => (await core.deviceImports.get(made._id))?.status === 'FINISHED');
  return devices.map(() => ({ secret }));
}

test('R-DEV-6 R-FLOW-1 children that come from a file are on-line with their parent, and upgraded over its connection', async () => {
  const probes = ['probe-0', 'probe-1', 'probe-2'];
  const fleet = await updraft.fleet(
    [{ deviceName: 'hub-1' }, ...probes.map((deviceName) => ({ deviceName, parent: 'hub-1' }))],
    {},
    imported,
  );
  const stored = () => updraft.core.devices.get(`${updraft.productKey}.probe-0`);
  await updraft.until(async () => (await stored())?.online);
  const batch = await updraft.push(await updraft.package('2.0.0'), {}, { scope: { kind: 'targeted', deviceNames: probes } });
  expect(await updraft.settled(batch)).toEqual(Object.fromEntries(probes.map((name) => [name, 'SUCCEEDED'])));
  for (const name of probes) expect(fleet.any(name).counts).toMatchObject({ dropped: 0, duplicates: 0, problems: 0 });
  expect((await stored())?.modules.default?.version).toBe('2.0.0');
  await fleet.stop();
});
