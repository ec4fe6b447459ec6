import type { Answer, Ask, LookReason } from '../../../../core/reports/lwm2m/contract';
import { createUpgradeConversations } from '../../../../gateways/coap/upgrades/conversations';
import { startDuePoll } from '../../../../gateways/coap/upgrades/due-poll';
import { strongest } from '../../../../gateways/coap/upgrades/reasons';
import { EXECUTE, FakeUpgrades, LOOK, OBSERVE } from './fake-upgrades';

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Devices answer when the test lets them. */
function setUp(limits = { conversations: 10, waiting: 10 }) {
  const upgrades = new FakeUpgrades();
  const counts: string[] = [];
  const logged: string[] = [];
  const asked: { deviceId: string; ask: Ask; answer(): void }[] = [];
  const perform = (deviceId: string, ask: Ask, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve) => {
      const answer = (): void => resolve({ kind: 'observed' });
      asked.push({ deviceId, ask, answer });
      signal.addEventListener('abort', answer);
    });
  const conversations = createUpgradeConversations({
    upgrades,
    perform,
    limits,
    metrics: { asked: (kind, outcome) => void counts.push(`${kind} ${outcome}`), dropped: (reason) => void counts.push(reason) },
    sampled: { warn: (key) => void logged.push(key), error: (key) => void logged.push(key) },
  });
  return { upgrades, counts, logged, asked, conversations };
}

test.each<[LookReason | null, LookReason, LookReason]>([
  [null, 'HEARD', 'HEARD'],
  ['HEARD', 'DUE', 'DUE'],
  ['DUE', 'HEARD', 'DUE'],
  ['DUE', 'PUSHED', 'PUSHED'],
  ['PUSHED', 'REGISTERED', 'REGISTERED'],
  ['REGISTERED', 'PUSHED', 'REGISTERED'],
  ['REGISTERED', 'HEARD', 'REGISTERED'],
])('of %s and %s it is %s that stands for both', (one, other, expected) => {
  expect(strongest(one, other)).toBe(expected);
});

test('R-FLOW-5 what core wants is asked until it wants nothing more', async () => {
  const { upgrades, conversations, asked, counts } = setUp();
  upgrades.wants = () => LOOK;
  upgrades.goesOn = (_deviceId, ask) => (ask.kind === 'look' ? EXECUTE : null);
  expect(conversations.begin('d1', 'REGISTERED')).toBe(true);
  await settled();
  expect(conversations.isUnderWay('d1')).toBe(true);
  asked[0]?.answer();
  await settled();
  asked[1]?.answer();
  await settled();
  expect(upgrades.calls).toEqual(['begin d1 REGISTERED', 'answered d1 look', 'answered d1 execute']);
  expect([conversations.size, counts]).toEqual([0, ['look done', 'execute done']]);
});

test('whatever gives reason meanwhile gives reason for one more, of the strongest kind', async () => {
  const { upgrades, conversations, asked } = setUp();
  upgrades.wants = () => LOOK;
  conversations.begin('d1', 'HEARD');
  await settled();
  for (const reason of ['HEARD', 'DUE', 'REGISTERED', 'PUSHED', 'HEARD'] as const) conversations.begin('d1', reason);
  await settled();
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  await settled();
  asked[1]?.answer();
  await settled();
  expect(upgrades.calls.filter((call) => call.startsWith('begin'))).toEqual(['begin d1 HEARD', 'begin d1 REGISTERED']);
  expect(conversations.size).toBe(0);
});

test('devices do not wait for each other', async () => {
  const { upgrades, conversations, asked } = setUp();
  upgrades.wants = () => LOOK;
  for (const deviceId of ['d1', 'd2', 'd3']) conversations.begin(deviceId, 'HEARD');
  await settled();
  asked[2]?.answer();
  await settled();
  expect(upgrades.calls).toEqual(['begin d1 HEARD', 'begin d2 HEARD', 'begin d3 HEARD', 'answered d3 look']);
});

test('R-SAFE-3 beyond as many as may be, devices wait for their turn; beyond those that may wait, they are left to the clock', async () => {
  const { upgrades, conversations, asked, counts } = setUp({ conversations: 2, waiting: 2 });
  upgrades.wants = () => LOOK;
  expect(['d1', 'd2', 'd3', 'd4', 'd5'].map((deviceId) => conversations.begin(deviceId, 'HEARD'))).toEqual([true, true, true, true, false]);
  expect(conversations.begin('d3', 'REGISTERED')).toBe(true);
  await settled();
  expect([asked.map(({ deviceId }) => deviceId), conversations.room, counts]).toEqual([['d1', 'd2'], 0, ['no_room']]);
  asked[0]?.answer();
  await settled();
  asked[2]?.answer();
  await settled();
  expect(upgrades.calls.filter((call) => call.startsWith('begin'))).toEqual([
    'begin d1 HEARD',
    'begin d2 HEARD',
    'begin d3 REGISTERED',
    'begin d4 HEARD',
  ]);
});

test.each([
  ['begins', 0],
  ['goes on', 1],
])('core being away when a conversation %s ends it, and the next reason begins another', async (_when, answers) => {
  const { upgrades, conversations, asked, counts, logged } = setUp();
  upgrades.wants = () => LOOK;
  upgrades.fails = answers === 0;
  conversations.begin('d1', 'HEARD');
  await settled();
  upgrades.fails = true;
  for (let index = 0; index < answers; index += 1) asked[index]?.answer();
  await settled();
  expect([conversations.size, logged, counts.at(-1)]).toEqual([0, ['conversation'], 'unavailable']);
  upgrades.fails = false;
  conversations.begin('d1', 'HEARD');
  await settled();
  expect(asked).toHaveLength(answers + 1);
});

test('what core wants because of a notification begins a conversation', async () => {
  const { upgrades, conversations, asked } = setUp();
  upgrades.notices = () => EXECUTE;
  await conversations.told('d1', { state: 2 });
  await settled();
  asked[0]?.answer();
  await settled();
  expect(upgrades.calls).toEqual(['noticed d1 {"state":2}', 'answered d1 execute']);
});

test('what a device tells during one is told to core again behind it: by then it is known what the device has accepted', async () => {
  const { upgrades, conversations, asked } = setUp();
  upgrades.wants = () => LOOK;
  conversations.begin('d1', 'REGISTERED');
  await settled();
  await conversations.told('d1', { state: 1 });
  await conversations.told('d1', { result: 0 });
  await conversations.told('d1', { state: 2 });
  upgrades.notices = () => EXECUTE;
  asked[0]?.answer();
  await settled();
  asked[1]?.answer();
  await settled();
  expect(asked.map(({ ask }) => ask.kind)).toEqual(['look', 'execute']);
  const behind = upgrades.calls.slice(upgrades.calls.indexOf('answered d1 look') + 1);
  expect(behind).toEqual(['noticed d1 {"state":2,"result":0}', 'answered d1 execute']);
  expect(conversations.size).toBe(0);
});

test('what core wants because of a notification is asked within a conversation that has begun meanwhile', async () => {
  const { upgrades, conversations, asked } = setUp();
  upgrades.wants = (_deviceId, reason) => (reason === 'REGISTERED' ? LOOK : null);
  upgrades.notices = () => EXECUTE;
  const told = conversations.told('d1', { state: 2 });
  conversations.begin('d1', 'REGISTERED');
  await told;
  await settled();
  asked[0]?.answer();
  await settled();
  expect(asked.map(({ ask }) => ask.kind)).toEqual(['look']);
  expect(upgrades.calls.slice(-2)).toEqual(['answered d1 look', 'begin d1 PUSHED']);
});

test('a device that is asked for ever is left alone', async () => {
  const { upgrades, conversations, asked, counts, logged } = setUp();
  upgrades.wants = () => OBSERVE;
  upgrades.goesOn = () => OBSERVE;
  conversations.begin('d1', 'HEARD');
  while (conversations.size > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    asked.at(-1)?.answer();
  }
  expect([asked.length, counts.at(-1), logged]).toEqual([200, 'endless', ['conversation observe']]);
});

test('when the gateway stops, all end, and core is told nothing of what was broken off', async () => {
  const { upgrades, conversations, asked } = setUp({ conversations: 1, waiting: 10 });
  upgrades.wants = () => LOOK;
  conversations.begin('d1', 'HEARD');
  conversations.begin('d2', 'HEARD');
  await settled();
  await conversations.stop();
  expect([conversations.size, asked.length, upgrades.calls]).toEqual([0, 1, ['begin d1 HEARD']]);
  expect(conversations.begin('d1', 'REGISTERED')).toBe(false);
  upgrades.notices = () => EXECUTE;
  await conversations.told('d1', { state: 2 });
  await settled();
  expect(asked).toHaveLength(1);
});

describe('the clock', () => {
  test('begins with devices that are due and not spoken with, as many as there is room for, until the gateway stops', async () => {
    const { upgrades, conversations, asked } = setUp({ conversations: 3, waiting: 10 });
    upgrades.wants = () => LOOK;
    conversations.begin('d1', 'HEARD');
    upgrades.dueNow = ['d1', 'd2', 'd3', 'd4', 'd5'];
    const stop = startDuePoll({ gatewayId: 'g1', upgrades, conversations, onFailure: () => undefined, everyMs: 1 });
    await upgrades.until('begin d3 DUE');
    await settled();
    expect(asked.map(({ deviceId }) => deviceId)).toEqual(['d1', 'd2', 'd3']);
    upgrades.dueNow = ['d1', 'd3', 'd4', 'd5'];
    asked[1]?.answer();
    await upgrades.until('begin d4 DUE');
    await stop();
    const { length } = upgrades.calls;
    await settled();
    expect(upgrades.calls).toHaveLength(length);
  });

  test('goes on when core was away', async () => {
    const { upgrades, conversations } = setUp();
    const failures: unknown[] = [];
    upgrades.fails = true;
    const stop = startDuePoll({ gatewayId: 'g1', upgrades, conversations, onFailure: (error) => failures.push(error), everyMs: 1 });
    await upgrades.until('due g1');
    upgrades.fails = false;
    upgrades.dueNow = ['d1'];
    await upgrades.until('begin d1 DUE');
    await stop();
    expect(failures.length).toBeGreaterThan(0);
  });
});
