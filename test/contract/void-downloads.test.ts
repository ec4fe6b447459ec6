import { systemClock } from '../../core/clock';
import type { CoreParts } from '../../core/core-parts';
import { ownProof, type Proof } from '../../schema/model/device/generations';
import { deviceIdOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { aBatch, aNotifiedTask, aPackage } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const [FIRST, SECOND] = ['1'.repeat(64), '2'.repeat(64)];
const HUB = deviceIdOf('meter', 'hub-1');
const METER = deviceIdOf('meter', 'dev-1');

let store: Store;
let parts: CoreParts;
let clock: ReturnType<typeof handClock>;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  clock = handClock(systemClock());
  parts = await meters({ store, engine: quietEngine(), clock }, named(['dev-1', 'hub-1']));
});
afterEach(async () => {
  await parts.close();
  await emptyStore(store);
});
afterAll(() => store.close());

const devices = () => parts.core.devices;
const reset = () => devices().resetSecret(operator, { deviceId: METER });
/** Only IoTDA devices have some; its file is asked for in the Link dialect all the same. */
async function certificates(fingerprints: string[]): Promise<void> {
  await store.collections.devices.updateOne({ _id: METER }, { $set: { dialect: 'IOTDA' } });
  await devices().setCertificates(operator, [{ deviceId: METER, fingerprints }]);
  await store.collections.devices.updateOne({ _id: METER }, { $set: { dialect: 'LINK' } });
}
async function signIn(): Promise<Proof> {
  const known = await devices().credentials('meter', 'dev-1');
  if (known === null) throw new Error('no such device');
  return ownProof(known);
}
async function again(): Promise<void> {
  await devices().delete(operator, [METER]);
  await devices().register(operator, 'meter', named(['dev-1']));
}

describe('downloads', () => {
  const STREAM = 7;

  /** An unfinished task of the device, with the file that its notification names. */
  async function offered(): Promise<string> {
    await store.collections.packages.deleteMany({});
    await store.collections.tasks.deleteMany({});
    await store.collections.batches.deleteMany({});
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter', streamId: STREAM }));
    await store.collections.batches.insertOne(aBatch({ productKey: 'meter' }));
    await store.collections.tasks.insertOne(aNotifiedTask({ productKey: 'meter', deviceName: 'dev-1' }));
    const notification = await parts.core.tasks.requested(METER, 'default');
    return notification?.files[0]?.url.split('/d/')[1] ?? '';
  }
  const opens = (token: string) =>
    parts.core.downloads.open(token).then(
      () => 'opened',
      (error: { code: string }) => error.code,
    );

  test.each([
    ['its device has another secret', () => reset()],
    ['another device has the name', () => again()],
    ['a certificate was taken away', () => certificates([SECOND])],
    ['its device has another parent', () => devices().setParent(operator, [METER], HUB)],
  ])('R-SAFE-2 a download address ends when %s, and the next one opens', async (_, change) => {
    await certificates([FIRST]);
    const token = await offered();
    expect(await opens(token)).toBe('opened');
    await certificates([FIRST, SECOND]);
    expect(await opens(token)).toBe('opened');
    await change();
    // As it may be with a dynamic batch: the task of the one before has begun again for the device that has its name.
    await store.collections.tasks.updateMany({}, { $set: { active: true, status: 'NOTIFIED' } });
    expect(await opens(token)).toBe('DOWNLOAD_REFUSED');
    expect(await opens(await offered())).toBe('opened');
  });

  test('R-SAFE-2 an address that was given out before there were generations is good until something changes', async () => {
    await store.collections.devices.updateMany({}, { $unset: { generations: true, awaited: true } });
    const token = await offered();
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).not.toHaveProperty('gen');
    expect(await opens(token)).toBe('opened');
    await reset();
    expect(await opens(token)).toBe('DOWNLOAD_REFUSED');
  });

  test('R-SAFE-2 a stream is read by whoever is the device now, and by nobody who was', async () => {
    await offered();
    const block = async (proof: Proof) =>
      (await parts.core.downloads.block(METER, { streamId: STREAM, fileId: 1, offset: 1_000_000, size: 1 }, proof)).kind;
    const old = await signIn();
    expect(await block(old)).toBe('beyond');
    await reset();
    expect(await block(await signIn())).toBe('beyond');
    clock.advance(1_001);
    expect(await block(old)).toBe('unknown');
  });
});
