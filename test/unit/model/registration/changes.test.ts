import * as fc from 'fast-check';
import { displaced, elapsed, heard, reachedAgain, registered, unanswered, updated } from '../../../../schema/model/registration/changes';
import { presenceNews, takenPeer } from '../../../../schema/model/registration/news';
import { type Registration, stateOf } from '../../../../schema/model/registration/registration';
import { aRegistration } from '../../../support/builders';

const second = (seconds: number) => new Date(seconds * 1_000);
const AT = { gatewayId: 'gw-1', address: '192.0.2.1', port: 40_000, identity: null };
const LINKS = { root: '', contentFormats: [], objects: [] };
const said = { version: '1.1', lifetimeSeconds: 600, binding: 'U', queueMode: true } as const;
const asNew = (fields: Partial<Parameters<typeof registered>[0]> = {}, before: Registration | null = null, at = second(0)) =>
  registered({ deviceId: 'p.d', endpoint: 'd', registrationId: 'r', awakeSeconds: 93, ...said, ...AT, ...LINKS, ...fields }, before, at);

describe('R-DEV-2 with queue mode a device is awake for its window after its last message', () => {
  test('Register, heard, Update: each begins it anew', () => {
    const first = asNew();
    expect(first).toMatchObject({ online: true, reachableUntil: second(93), expiresAt: second(660), dueAt: second(93), revision: 1 });
    const second1 = heard(first, 'gw-1', second(50)) as Registration;
    expect(second1).toMatchObject({ reachableUntil: second(143), expiresAt: second(660), dueAt: second(143), revision: 2 });
    expect(updated(second1, { at: AT }, second(100))).toMatchObject({ reachableUntil: second(193), expiresAt: second(760), revision: 3 });
  });

  test('what moves its end by less than a twentieth is not written, unless it was asleep', () => {
    const first = asNew();
    expect(heard(first, 'gw-1', second(4))).toBeNull();
    expect(heard(first, 'gw-1', second(5))).not.toBeNull();
    const slept = elapsed(first, second(93)) as Registration;
    expect(slept).toMatchObject({ online: false, dueAt: second(660) });
    expect(heard(slept, 'gw-1', second(94))).toMatchObject({ online: true, onlineAt: second(94), reachableUntil: second(187) });
  });

  test.each([
    ['another gateway', 'gw-2', 50],
    ['after the registration is over', 'gw-1', 660],
    ['before it was heard last', 'gw-1', -1],
  ])('a message at %s does not begin it', (_, gatewayId, at) => expect(heard(asNew(), gatewayId, second(at))).toBeNull());

  test('a request without an answer ends it, unless the device was heard since', () => {
    const first = asNew();
    expect(unanswered(first, 'gw-1', second(-1), second(60))).toBeNull();
    const slept = unanswered(first, 'gw-1', second(0), second(62)) as Registration;
    expect(stateOf(slept, second(62))).toBe('ASLEEP');
    expect(unanswered(slept, 'gw-1', second(0), second(63))).toBeNull();
    // It has gone over to this gateway meanwhile.
    expect(unanswered(first, 'gw-2', second(0), second(62))).toBeNull();
    expect(unanswered(asNew({ queueMode: false }), 'gw-1', second(0), second(62))).toBeNull();
  });

  test('the window never outlasts the registration', () =>
    expect(asNew({ lifetimeSeconds: 1 })).toMatchObject({ reachableUntil: second(31), expiresAt: second(31) }));
});

test.each([
  ['1.0', 'UQ', undefined, true],
  ['1.0', 'U', undefined, false],
  ['1.0', undefined, undefined, true],
  ['1.1', 'U', undefined, true],
  ['1.1', 'U', true, true],
  ['1.2', undefined, true, true],
] as const)('LwM2M %s: an Update with b=%s and Q=%s leaves queue mode %s', (version, binding, queueMode, after) => {
  expect(updated(asNew({ version, binding: 'UQ' }), { at: AT, binding, queueMode }, second(1)).queueMode).toBe(after);
});

test('an Update that turns queue mode on gives the device a window, one that turns it off its whole lifetime', () => {
  const always = updated(asNew({ version: '1.0' }), { at: AT, binding: 'U' }, second(10));
  expect(always).toMatchObject({ reachableUntil: second(670), online: true });
  expect(updated(always, { at: AT, binding: 'UQ' }, second(20))).toMatchObject({ reachableUntil: second(113) });
});

test('an Update takes over what it says, and leaves the rest', () => {
  const links = { root: '/lwm2m', contentFormats: [110], objects: [{ id: 3, version: '1.2', instances: [0] }] };
  const at = { gatewayId: 'gw-2', address: '192.0.2.9', port: 1, identity: 'id' };
  expect(updated(asNew(), { at, links, lifetimeSeconds: 60 }, second(1))).toMatchObject({
    ...at,
    ...links,
    expiresAt: second(91),
    since: second(0),
  });
  expect(updated(asNew(links), { at: AT }, second(1))).toMatchObject({ ...links, lifetimeSeconds: 600, registrationId: 'r' });
});

describe('time', () => {
  test('ends a registration with its grace, and not before', () => {
    const always = asNew({ queueMode: false });
    expect(elapsed(always, second(659.999))).toBe(always);
    expect(elapsed(always, second(660))).toBeNull();
    expect([0, 659, 660].map((at) => stateOf(always, second(at)))).toEqual(['REGISTERED', 'REGISTERED', 'GONE']);
    expect([0, 92, 93, 660].map((at) => stateOf(asNew(), second(at)))).toEqual(['AWAKE', 'AWAKE', 'ASLEEP', 'GONE']);
  });

  test('a gateway that is back reaches whom it may send to, and nobody else', () => {
    const lost = { ...asNew(), online: false };
    expect(reachedAgain(lost, second(50))).toMatchObject({ online: true, dueAt: second(93), reachableUntil: second(93) });
    expect(reachedAgain(lost, second(93))).toBeNull();
    expect(reachedAgain(asNew(), second(50))).toBeNull();
    expect(reachedAgain(displaced(asNew(), second(10)), second(11))).toBeNull();
  });
});

test('what a change of a registration is for its device', () => {
  const is = aRegistration();
  const off = aRegistration({ online: false });
  const news = [
    [null, is],
    [off, is],
    [is, { ...is, registrationId: 'r2' }],
    [is, { ...is, gatewayId: 'gw-2' }],
    [is, { ...is, identity: 'id' }],
    [is, { ...is, port: 1 }],
    [is, is],
    [off, off],
    [is, off],
    [is, null],
    [off, null],
    [null, null],
  ].map(([before = null, after = null]) => presenceNews({ before, after }));
  expect(news).toEqual(['CAME', 'CAME', 'CAME', 'CAME', 'CAME', null, null, null, 'WENT', 'WENT', null, null]);
});

test('an address is taken by a Register, and by an Update from elsewhere; not with DTLS, which proves who speaks', () => {
  const takes = (before: Registration | null, after: Registration | null) => takenPeer({ before, after });
  const is = asNew();
  const from = (fields: Partial<typeof AT> | { identity: string }) => updated(is, { at: { ...AT, ...fields } }, second(1));
  expect([takes(null, is), takes(is, from({ port: 1 })), takes(is, from({ gatewayId: 'gw-2' }))]).toEqual([
    'gw-1 192.0.2.1 40000',
    'gw-1 192.0.2.1 1',
    'gw-2 192.0.2.1 40000',
  ]);
  expect([takes(is, from({})), takes(is, null), takes(is, from({ identity: 'id' }))]).toEqual([null, null, null]);
  const lost = displaced(is, second(1));
  expect([takes(is, lost), takes(lost, updated(lost, { at: AT }, second(2)))]).toEqual([null, 'gw-1 192.0.2.1 40000']);
});

test('whatever happens in whatever order, the times agree with each other', () => {
  const step = fc.record({
    kind: fc.constantFrom('register', 'update', 'heard', 'unanswered', 'elapsed', 'reachedAgain', 'displaced'),
    after: fc.integer({ min: 0, max: 400_000 }),
    lifetimeSeconds: fc.integer({ min: 1, max: 900 }),
    queueMode: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let now = 0;
      let is: Registration | null = asNew();
      for (const { kind, after, lifetimeSeconds, queueMode } of steps) {
        now += after;
        const at: Date = new Date(now);
        const before: Registration | null = is;
        if (before === null || kind === 'register') is = asNew({ lifetimeSeconds, queueMode }, before, at);
        else if (before.expiresAt <= at || kind === 'elapsed') is = elapsed(before, at);
        else if (kind === 'update') is = updated(before, { at: AT, lifetimeSeconds }, at);
        else if (kind === 'heard') is = heard(before, 'gw-1', at) ?? before;
        else if (kind === 'unanswered') is = unanswered(before, 'gw-1', at, at) ?? before;
        else if (kind === 'reachedAgain') is = reachedAgain(before, at) ?? before;
        else is = displaced(before, at);
        if (is === null) continue;
        expect(is.reachableUntil <= is.expiresAt).toBe(true);
        expect(is.dueAt).toEqual(is.online ? is.reachableUntil : is.expiresAt);
        if (is !== before) expect(is.revision).toBe((before?.revision ?? 0) + 1);
      }
    }),
  );
});
