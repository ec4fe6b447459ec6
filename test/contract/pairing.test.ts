import { newPairingCode, pairingLetters, shownPairingCode } from '../../core/access/apps/pairing-code';
import { TRIES_IN_ALL, TRIES_OF_OWNER } from '../../core/access/apps/pairing-tries';
import { userOf } from '../../core/access/apps/user-of';
import type { Viewer } from '../../core/access/viewer';
import type { CoreParts } from '../../core/core-parts';
import { createKeyedDigests } from '../../core/keyed-digests';
import { deviceIdOf } from '../../schema/model/ids';
import { administrator, handClock, MASTER_KEY, operator, refusal, spectator, viewerOf } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const store = useStore();
let parts: CoreParts;
let clock: ReturnType<typeof handClock>;
beforeEach(async () => {
  clock = handClock();
  parts = await meters({ store, engine: quietEngine(), clock }, named(['dev-1', 'dev-2']));
});
afterEach(() => parts.close());

const MINUTE = 60_000;
const device = deviceIdOf('meter', 'dev-1');
const [ada, bob] = [userOf('ada', 'Ada', { products: null }), userOf('bob', 'Bob', { products: null })];
const access = () => parts.core.access;
const codeFor = async (id = device) => (await access().createPairingCode(operator, id)).code;
const redeem = (viewer: Viewer, code: string) => access().redeemPairingCode(viewer, code);
const ownerOf = async (id = device) => (await parts.core.devices.get(id))?.owner ?? null;
const REFUSED = [{ code: 'PAIRING_CODE_REFUSED', field: 'code' }];
/** A right one has a chance of 1 in 20^12 to be this one. */
const WRONG = shownPairingCode(newPairingCode());

test('R-DEV-7 a code gives a device its owner, once; its owner may send it again, and nobody else', async () => {
  const code = await codeFor();
  expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}(?:-[BCDFGHJKLMNPQRSTVWXZ]{4}){2}$/);
  expect(await redeem(ada, code)).toEqual({ deviceId: device, previousOwner: null });
  expect(await ownerOf()).toBe('ada');
  expect(await redeem(ada, code)).toEqual({ deviceId: device, previousOwner: 'ada' });
  expect(await refusal(redeem(bob, code))).toEqual(REFUSED);
  expect(await ownerOf()).toBe('ada');
});

test('R-DEV-7 the answer is the same for ten minutes after the first, however late that was, and while the device is the owner’s', async () => {
  const code = await codeFor();
  clock.advance(9 * MINUTE);
  await redeem(ada, code);
  clock.advance(9 * MINUTE);
  expect(await redeem(ada, code)).toMatchObject({ deviceId: device });
  await parts.core.devices.setOwners(operator, [{ deviceId: device, owner: 'bob' }]);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  expect(await ownerOf()).toBe('bob');
  clock.advance(2 * MINUTE);
  await parts.core.devices.setOwners(operator, [{ deviceId: device, owner: 'ada' }]);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
});

test('R-DEV-7 small letters, other dashes, blanks and wide letters are forgiven', async () => {
  const code = await codeFor();
  for (const typed of [code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' – ')}\n`, code.replaceAll('-', '\u200b')])
    expect(await redeem(ada, typed)).toMatchObject({ deviceId: device });
  expect(pairingLetters('ＢＣＤＦ‑ghjk.lmnp')).toBe('BCDFGHJKLMNP');
});

test.each([
  ['nothing', '', 'REQUIRED'],
  ['blanks', '  ', 'REQUIRED'],
  ['vowels and digits', 'ABCD-EFGH-1234', 'INVALID_FORMAT'],
  ['too few letters', 'BCDF-GHJK', 'INVALID_FORMAT'],
  ['a letter too much', 'BCDF-GHJK-LMNP-Q', 'INVALID_FORMAT'],
  ['a megabyte', 'B'.repeat(1_000_000), 'INVALID_FORMAT'],
  ['a query', '{"$gt":""}', 'INVALID_FORMAT'],
])('R-DEV-7 %s is no code, and no try', async (_, typed, code) => {
  expect(await refusal(redeem(ada, typed))).toEqual([{ code, field: 'code' }]);
  expect(await store.collections.pairingTries.countDocuments()).toBe(0);
});

test('R-DEV-7 a code ends after ten minutes, and with a newer one', async () => {
  const [first, second] = [await codeFor(), await codeFor()];
  expect(await refusal(redeem(ada, first))).toEqual(REFUSED);
  clock.advance(10 * MINUTE);
  expect(await refusal(redeem(ada, second))).toEqual(REFUSED);
  expect(await ownerOf()).toBeNull();
});

test('R-DEV-7 of many owners who redeem one code at once one gets the device', async () => {
  const code = await codeFor();
  const owners = Array.from({ length: 8 }, (_, index) => `user-${index}`);
  const answers = await Promise.allSettled(owners.map((owner) => redeem(userOf(owner, '', { products: null }), code)));
  const got = owners.filter((_, index) => answers[index]?.status === 'fulfilled');
  expect([got.length, got[0]]).toEqual([1, await ownerOf()]);
});

test('R-DEV-7 a code changes the owner of a device that has one', async () => {
  await parts.core.devices.setOwners(operator, [{ deviceId: device, owner: 'bob' }]);
  const { code, owner } = await access().createPairingCode(administrator, device);
  expect(owner).toBe('bob');
  expect(await redeem(ada, code)).toEqual({ deviceId: device, previousOwner: 'bob' });
});

test.each(['bob', 'ada', null])('R-DEV-7 a code is void once an operator has said whose the device is: %s', async (owner) => {
  const [code, other] = [await codeFor(), await codeFor(deviceIdOf('meter', 'dev-2'))];
  await parts.core.devices.setOwners(operator, [{ deviceId: device, owner }]);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  expect(await ownerOf()).toBe(owner);
  expect(await redeem(ada, other)).toMatchObject({ deviceId: 'meter.dev-2' });
  expect(await redeem(ada, await codeFor())).toMatchObject({ deviceId: device });
});

test.each(['revoked', 'limited to other products', 'over'])(
  'R-DEV-7 R-SAFE-2 a code is void when the key that made it is %s',
  async (end) => {
    await parts.core.products.create(operator, { key: 'pump', name: 'Pumps' });
    const expiresAt = new Date(clock().getTime() + 5 * MINUTE);
    const { key, apiKey } = await access().createKey(administrator, {
      name: 'shop',
      role: 'OPERATOR',
      products: ['meter', 'pump'],
      expiresAt,
    });
    const shop = (await access().authenticate(key)) as Viewer;
    const [kept, code] = [
      (await access().createPairingCode(shop, deviceIdOf('meter', 'dev-2'))).code,
      (await access().createPairingCode(shop, device)).code,
    ];
    expect(await redeem(ada, kept)).toMatchObject({ deviceId: 'meter.dev-2' });
    if (end === 'revoked') await access().revokeKey(administrator, apiKey._id);
    else if (end === 'over') clock.advance(5 * MINUTE);
    else await access().updateKey(administrator, apiKey._id, { products: ['pump'] });
    expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
    expect(await ownerOf()).toBeNull();
    // What was redeemed before stays so, and its answer may be had again.
    expect(await redeem(ada, kept)).toMatchObject({ deviceId: 'meter.dev-2' });
  },
);

test('R-DEV-7 R-SAFE-2 a code is void while the person who made it is blocked', async () => {
  const actorId = 'person:eve';
  const person = { _id: actorId, issuer: 'i', subject: 'eve', name: 'Eve', role: 'OPERATOR' as const, products: null };
  await store.collections.people.insertOne({ ...person, firstSeenAt: clock(), lastSeenAt: clock(), blockedAt: null });
  const { code } = await access().createPairingCode({ ...operator, actorId, kind: 'PERSON' }, device);
  await access().blockPerson(administrator, actorId);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  await access().unblockPerson(administrator, actorId);
  expect(await redeem(ada, code)).toMatchObject({ deviceId: device });
});

test('R-DEV-7 of an operator and a user who give a device an owner at once, the operator’s word holds', async () => {
  for (let round = 0; round < 10; round += 1) {
    const redeemed = redeem(ada, await codeFor()).catch(() => undefined);
    await parts.core.devices.setOwners(operator, [{ deviceId: device, owner: 'bob' }]);
    await redeemed;
    expect(await ownerOf()).toBe('bob');
  }
});

test('R-DEV-7 a thousand tries at once: ten are looked at, then not even the right code is, for ten minutes and for this owner', async () => {
  const tried = await Promise.all(Array.from({ length: 1_000 }, () => refusal(redeem(ada, WRONG))));
  const codes = tried.map(([one]) => one?.code);
  expect(codes.filter((code) => code === 'PAIRING_CODE_REFUSED')).toHaveLength(TRIES_OF_OWNER);
  expect(codes.filter((code) => code === 'PAIRING_TRIES')).toHaveLength(1_000 - TRIES_OF_OWNER);
  const code = await codeFor();
  expect(await refusal(redeem(ada, code))).toEqual([{ code: 'PAIRING_TRIES', field: 'code' }]);
  expect(await redeem(bob, code)).toMatchObject({ deviceId: device });
  clock.advance(10 * MINUTE);
  expect(await redeem(ada, await codeFor())).toMatchObject({ deviceId: device });
});

test('R-DEV-7 right codes are no tries, and give none back', async () => {
  const own = await codeFor(deviceIdOf('meter', 'dev-2'));
  for (let round = 0; round < TRIES_OF_OWNER; round += 1) {
    await redeem(ada, own);
    expect(await refusal(redeem(ada, WRONG))).toEqual(REFUSED);
  }
  expect(await refusal(redeem(ada, WRONG))).toEqual([{ code: 'PAIRING_TRIES', field: 'code' }]);
});

test('R-DEV-7 tries of all owners together are bounded', async () => {
  await refusal(redeem(ada, WRONG));
  await store.collections.pairingTries.updateOne({ _id: /:all$/ }, { $set: { count: TRIES_IN_ALL } });
  expect(await refusal(redeem(bob, await codeFor()))).toEqual([{ code: 'PAIRING_TRIES', field: 'code' }]);
});

test('R-DEV-7 a device that was disabled, deleted, or registered anew meanwhile is not given away', async () => {
  const code = await codeFor();
  await parts.core.devices.setEnabled(operator, [device], false);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  expect(await refusal(codeFor())).toEqual([{ code: 'DEVICE_DISABLED', field: 'deviceId' }]);
  await parts.core.devices.setEnabled(operator, [device], true);
  await parts.core.devices.delete(operator, [device]);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  expect(await refusal(codeFor())).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'deviceId' }]);
  await parts.core.devices.register(operator, 'meter', [{ deviceName: 'dev-1' }]);
  expect(await refusal(redeem(ada, code))).toEqual(REFUSED);
  expect(await ownerOf()).toBeNull();
});

test('R-DEV-7 a code that was made before its device was disabled is good when the device is enabled again', async () => {
  const code = await codeFor();
  await parts.core.devices.setEnabled(operator, [device], false);
  await parts.core.devices.setEnabled(operator, [device], true);
  expect(await redeem(ada, code)).toMatchObject({ deviceId: device });
});

test.each<[string, Viewer]>([
  ['a viewer', spectator],
  ['an issuer', viewerOf('ISSUER')],
  ['an app', ada],
])('R-DEV-7 R-UI-4 %s makes no codes', async (_, viewer) => {
  expect(await refusal(access().createPairingCode(viewer, device))).toEqual([{ code: 'NOT_ALLOWED' }]);
});

test.each<[string, Viewer]>([
  ['an operator', operator],
  ['an issuer', viewerOf('ISSUER')],
  ['a key of an app', { ...viewerOf('APP'), deviceIds: [device] }],
])('R-DEV-7 R-UI-4 %s redeems none', async (_, viewer) => {
  expect(await refusal(redeem(viewer, await codeFor()))).toEqual([{ code: 'NOT_ALLOWED' }]);
});

test('R-DEV-7 R-UI-4 whoever is limited to other products neither makes a code for the device nor redeems one', async () => {
  const products = ['valvepro'];
  expect(await refusal(access().createPairingCode({ ...operator, products }, device))).toEqual([
    { code: 'DEVICE_UNKNOWN', field: 'deviceId' },
  ]);
  expect(await refusal(redeem({ ...ada, products }, await codeFor()))).toEqual(REFUSED);
});

test('R-DEV-7 R-SAFE-2 the store has a keyed digest of the code, which ends with it', async () => {
  const letters = pairingLetters(await codeFor());
  const [stored] = await store.collections.pairingCodes.find().toArray();
  expect(JSON.stringify(stored)).not.toContain(letters);
  expect(stored?.digest).toBe(createKeyedDigests([MASTER_KEY], 'pairing').of(letters));
  const indexes = [...(await store.collections.pairingCodes.indexes()), ...(await store.collections.pairingTries.indexes())];
  expect(indexes.filter(({ expireAfterSeconds }) => expireAfterSeconds === 0)).toHaveLength(2);
});

test('R-DEV-7 while the master key is changed codes of the one before stay good', () => {
  const [older, newer] = [MASTER_KEY, Buffer.alloc(32, 9)];
  const before = createKeyedDigests([older], 'pairing').of('x');
  const during = createKeyedDigests([newer, older], 'pairing');
  expect(during.all('x')).toEqual([during.of('x'), before]);
  expect(createKeyedDigests([older], 'other').of('x')).not.toBe(before);
});
