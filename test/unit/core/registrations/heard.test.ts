import { createHeardDevices, type Heard } from '../../../../core/registrations/heard';

const at = (seconds: number) => new Date(seconds * 1_000);
const heard = (registrationId: string, seconds: number): Heard => ({ registrationId, gatewayId: 'gw-1', at: at(seconds) });

/** Writes as they come; those that are told to fail do. */
function recorded(everyMs: number, failures = 0) {
  const writes: Heard[][] = [];
  let left = failures;
  const devices = createHeardDevices(async (those) => {
    writes.push([...those]);
    left -= 1;
    if (left >= 0) throw new Error('away');
  }, everyMs);
  return { writes, devices };
}

test('of one device the last is written, with those of others', async () => {
  const { writes, devices } = recorded(60_000);
  for (const each of [heard('a', 1), heard('b', 1), heard('a', 3), heard('a', 2)]) devices.add(each);
  expect(devices.lastOf('a')).toEqual(at(3));
  expect(devices.lastOf('c')).toBeNull();
  await devices.close();
  expect(writes).toEqual([[heard('a', 3), heard('b', 1)]]);
  expect(devices.lastOf('a')).toBeNull();
});

test('a write that fails is made again, with what has come since', async () => {
  const { writes, devices } = recorded(0, 2);
  devices.add(heard('a', 1));
  while (writes.length < 3) await new Promise(setImmediate);
  await devices.close();
  expect(writes.slice(0, 3)).toEqual([[heard('a', 1)], [heard('a', 1)], [heard('a', 1)]]);
});

test('many are written in pieces', async () => {
  const { writes, devices } = recorded(60_000);
  for (let index = 0; index < 1_100; index += 1) devices.add(heard(`d${index}`, 1));
  await devices.close();
  expect(writes.map(({ length }) => length)).toEqual([500, 500, 100]);
});
