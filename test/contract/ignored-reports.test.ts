import { createIgnoredReports } from '../../core/devices/ignored-reports';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { handClock, operator } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const DEVICE = 'meter.dev-0';
const store = useStore();

async function devices(count: number) {
  const parts = await meters({ store, engine: quietEngine(), clock }, []);
  await parts.core.devices.register(
    operator,
    'meter',
    Array.from({ length: count }, (_, index) => ({ deviceName: `dev-${index}` })),
  );
  return parts;
}
const told = async (id = DEVICE) => (await store.collections.devices.findOne({ _id: id }))?.lastIgnoredReport;

test('R-DEV-1 the last report that could not be read is on the device, cut and shown as text', async () => {
  const parts = await devices(1);
  const { at, ...report } = { at: clock(), reason: 'VERSION_CHARACTERS' as const, text: `1.0\u0000\u202e${'x'.repeat(200)}` };
  parts.core.tasks.ignored(DEVICE, report);
  await parts.close();
  expect(await told()).toEqual({ at, reason: 'VERSION_CHARACTERS', text: `1.0\ufffd\ufffd${'x'.repeat(122)}…` });
});

test('R-DEV-1 a device that names one module too many is told so', async () => {
  const parts = await devices(1);
  for (let index = 0; index <= FIXED_LIMITS.modulesPerDevice; index++)
    await parts.core.tasks.report(DEVICE, { kind: 'version', module: `m${index}`, version: '1' });
  await parts.close();
  expect(await told()).toMatchObject({ reason: 'TOO_MANY_MODULES', text: `m${FIXED_LIMITS.modulesPerDevice}` });
});

test('R-DEV-1 a hostile device that repeats itself ten thousand times costs one write, and its last word is kept', async () => {
  await devices(1);
  let writes = 0;
  const counted = new Proxy(store.collections.devices, {
    get: (target, name) => {
      if (name === 'bulkWrite') writes += 1;
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const reports = createIgnoredReports({ devices: counted, clock, everyMs: 60_000 });
  for (let count = 0; count < 10_000; count += 1) reports.add(DEVICE, { reason: 'MALFORMED', text: `nonsense ${count}` });
  await reports.close();
  expect(writes).toBe(1);
  expect(await told()).toMatchObject({ text: 'nonsense 9999' });
});

test('R-DEV-1 the same again within ten seconds changes nothing; something else does at once', async () => {
  await devices(1);
  const first = clock();
  const say = async (text: string) => {
    const reports = createIgnoredReports({ devices: store.collections.devices, clock });
    reports.add(DEVICE, { reason: 'STEP', text });
    await reports.close();
    return (await told())?.at;
  };
  expect(await say('x')).toEqual(first);
  clock.advance(9_000);
  expect(await say('x')).toEqual(first);
  expect(await say('y')).toEqual(clock());
  clock.advance(11_000);
  expect(await say('y')).toEqual(clock());
});

test('R-DEV-1 of more devices than are kept the first are told, and one that is not there is not made', async () => {
  await devices(3);
  const reports = createIgnoredReports({ devices: store.collections.devices, clock, everyMs: 60_000 });
  reports.add('meter.nobody', { reason: 'MALFORMED', text: '' });
  for (let index = 0; index < 6_000; index += 1) reports.add(`meter.gone-${index}`, { reason: 'MALFORMED', text: '' });
  reports.add(DEVICE, { reason: 'MALFORMED', text: '' });
  await reports.close();
  expect(await told()).toBeUndefined();
  expect(await store.collections.devices.countDocuments()).toBe(3);
});
