import type { TransferEnd } from '../../../core/downloads/contract';
import type { Standing } from '../../../core/downloads/standings';
import { createTransfers, type TransferOf } from '../../../core/downloads/transfers';
import { UserError } from '../../../core/errors';
import { aTask } from '../../support/builders';

let now: number;
let reads: string[];
/** What the store says; null: it can't be asked. */
let standing: (taskId: string) => Standing | null;
beforeEach(() => {
  now = 0;
  reads = [];
  standing = () => ({ task: aTask({ status: 'IN_PROGRESS' }), device: { enabled: true } });
});

const made: ReturnType<typeof createTransfers>[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.close();
});

function transfers({ perToken = 2, perDevice = 2, inAll = 1_000, checkEveryMs = 1 } = {}) {
  const created = createTransfers({
    standings: {
      async ofTask(taskId) {
        reads.push(taskId);
        const found = standing(taskId);
        if (found === null) throw new Error('no store');
        return found;
      },
    },
    limits: { downloadsPerToken: perToken, downloadsPerDevice: perDevice, downloads: inAll, downloadBytesPerSecond: 100 },
    now: () => now,
    checkEveryMs,
  });
  made.push(created);
  const begin = (of: Partial<TransferOf> = {}) => {
    const ends: TransferEnd[] = [];
    const transfer = created.begin({ taskId: 'b.p.d', deviceId: 'p.d', attempt: 1, token: 'one', ...of }, (reason) => ends.push(reason));
    return { ...transfer, ends };
  };
  const refused = (of: Partial<TransferOf> = {}): string => {
    try {
      begin(of);
    } catch (error) {
      if (error instanceof UserError) return error.code;
      throw error;
    }
    return 'begun';
  };
  return { ...created, begin, refused };
}

/** Until what is looked at again and again has come. */
async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('R-DL-7 two transfers of one token run at once, a third is refused until one has ended', () => {
  const { begin, refused } = transfers();
  const first = begin();
  begin();
  expect(refused()).toBe('DOWNLOAD_LIMIT');
  first.end();
  first.end();
  expect(refused()).toBe('begun');
  expect(refused()).toBe('DOWNLOAD_LIMIT');
});

test("R-DL-7 so do two of one device, by whichever tokens; other devices' are none of its business", () => {
  const { begin, refused } = transfers();
  begin({ token: 'one' });
  begin({ token: 'two' });
  expect(refused({ token: 'three' })).toBe('DOWNLOAD_LIMIT');
  expect(refused({ deviceId: 'p.other', taskId: 'b.p.other', token: 'four' })).toBe('begun');
});

test('R-DL-7 each unfinished task of a device with several modules may have one transfer, and one only beyond the limit', () => {
  const { begin, refused } = transfers();
  begin({ taskId: 'main', token: 'one' });
  begin({ taskId: 'main', token: 'two' });
  expect(refused({ taskId: 'radio', token: 'three' })).toBe('begun');
  expect(refused({ taskId: 'radio', token: 'four' })).toBe('DOWNLOAD_LIMIT');
  expect(refused({ taskId: 'main', token: 'five' })).toBe('DOWNLOAD_LIMIT');
});

test('R-DL-7 a device that lost its connections is not locked out: the transfer that stands still longest gives way', () => {
  const { begin, refused } = transfers();
  const [first, second] = [begin(), begin()];
  now = 2_000;
  first.moved(1);
  now = 2_999;
  expect(refused()).toBe('DOWNLOAD_LIMIT');
  now = 3_000;
  const third = begin();
  expect([first.ends, second.ends]).toEqual([[], ['replaced']]);
  expect(refused()).toBe('DOWNLOAD_LIMIT');
  now = 5_000;
  third.moved(1);
  begin();
  expect([first.ends, third.ends]).toEqual([['replaced'], []]);
});

test('R-DL-7 however often a device comes back, it has no more transfers than it may', () => {
  const { begin } = transfers();
  const ends: TransferEnd[][] = [];
  for (let again = 0; again < 100; again += 1) {
    now += 3_000;
    ends.push(begin({ token: `${again}` }).ends);
  }
  expect(ends.filter((each) => each.length === 0)).toHaveLength(2);
});

test('R-DL-7 transfers end with their task, and with their device, at once where it is known', () => {
  const { begin, tasksEnded, devicesShutOut } = transfers({ checkEveryMs: 600_000 });
  const [mine, mineToo, others] = [begin(), begin(), begin({ taskId: 'b.p.e', deviceId: 'p.e' })];
  tasksEnded(['b.p.d', 'b.p.nobody']);
  tasksEnded(['b.p.d']);
  expect([mine.ends, mineToo.ends, others.ends]).toEqual([['task_ended'], ['task_ended'], []]);
  devicesShutOut(['p.e', 'p.nobody']);
  expect(others.ends).toEqual(['device_shut_out']);
});

test.each<[string, Partial<Standing>, TransferEnd]>([
  ['its task has ended', { task: aTask({ status: 'CANCELED' }) }, 'task_ended'],
  ['its task has begun again', { task: aTask({ status: 'QUEUED', attempt: 2, firstAttempt: 2 }) }, 'task_ended'],
  ['its device is disabled', { device: { enabled: false } }, 'device_shut_out'],
  ['its device is deleted', { device: null }, 'device_shut_out'],
  ['its device has another secret', { device: { enabled: true, generations: { secret: 'new' } } }, 'device_shut_out'],
])('R-DL-7 that %s is found out where nobody told it', async (_name, now, reason) => {
  const { begin } = transfers();
  const { ends } = begin();
  await until(() => reads.length > 2);
  expect(ends).toEqual([]);
  standing = () => ({ task: aTask({ status: 'IN_PROGRESS' }), device: { enabled: true }, ...now });
  await until(() => ends.length > 0);
  expect(ends).toEqual([reason]);
});

test('R-DL-7 a store that cannot be asked ends nothing, and is asked again', async () => {
  const { begin } = transfers();
  standing = () => null;
  const { ends } = begin();
  await until(() => reads.length > 2);
  expect(ends).toEqual([]);
  standing = () => ({ task: aTask({ status: 'FAILED' }), device: { enabled: true } });
  await until(() => ends.length > 0);
});

test('R-DL-7 nothing is asked while nothing runs', async () => {
  const { begin } = transfers();
  begin().end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const asked = reads.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(reads).toHaveLength(asked);
});

test('R-SAFE-3 downloads of all devices are bounded; one that has come to a halt for a minute gives way, and one that was sent is none', () => {
  const { begin, refused } = transfers({ inAll: 3, checkEveryMs: 600_000 });
  const of = (device: string) => ({ deviceId: device, taskId: `b.${device}`, token: device });
  const [first, second, third] = [begin(of('a')), begin(of('b')), begin(of('c'))];
  expect(refused(of('d'))).toBe('BUSY');
  now = 59_000;
  first.moved(1);
  third.moved(1);
  expect(refused(of('d'))).toBe('BUSY');
  now = 61_000;
  expect(refused(of('d'))).toBe('begun');
  expect([first.ends, second.ends, third.ends]).toEqual([[], ['replaced'], []]);
  expect(refused(of('e'))).toBe('BUSY');
  third.sent();
  third.sent();
  third.end();
  expect(refused(of('e'))).toBe('begun');
  expect(refused(of('f'))).toBe('BUSY');
});

test('R-SAFE-3 a download that takes less than the least rate over ten minutes is cut; the slowest radio is not, though it shows nothing for minutes', async () => {
  const { begin } = transfers();
  const nothing = begin({ deviceId: 'p.a', token: 'a' });
  const drop = begin({ deviceId: 'p.b', token: 'b' });
  const radio = begin({ deviceId: 'p.c', token: 'c' });
  const sent = begin({ deviceId: 'p.d', token: 'd' });
  sent.sent();
  for (let minute = 1; minute <= 30; minute += 1) {
    now = minute * 60_000;
    drop.moved(60);
    // What a kernel holds is seen at once: 8 minutes of 300 bytes a second.
    if (minute % 8 === 0) radio.moved(8 * 60 * 300);
    const before = reads.length;
    await until(() => reads.length > before + 8);
  }
  expect([nothing.ends, drop.ends, radio.ends, sent.ends]).toEqual([['too_slow'], ['too_slow'], [], []]);
});
