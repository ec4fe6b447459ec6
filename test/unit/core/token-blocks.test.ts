import { createHash } from 'node:crypto';
import { createBlockReader, smallBlocks } from '../../../core/downloads/block-reader';
import type { Standing } from '../../../core/downloads/standings';
import { createTokenBlocks, type TokenBlocks } from '../../../core/downloads/token-blocks';
import { aTask } from '../../support/builders';
import { settingsWith } from '../../support/core-parts';

const CHUNK = 64 * 1024;
const FILE = Buffer.from(Array.from({ length: CHUNK * 4 }, (_, index) => index % 251));
const file = { fileId: 'f', name: 'fw.bin', size: FILE.length, md5: '', sha256: createHash('sha256').update(FILE).digest('hex') };
const task = aTask({ _id: 'b.p.d', deviceId: 'p.d', status: 'IN_PROGRESS' });

let now: number;
let standing: Standing;
let reads: { standings: number; tokens: number; chunks: number[]; atOnce: number };
/** Set, each read of the package store waits for it. */
let gate: Promise<void> | null;
/** What the store says when it is asked about the task. */
let looks: () => Promise<Standing>;
let delays: { ms: number; end(): void }[];

beforeEach(() => {
  now = 0;
  standing = { task, device: { enabled: true } };
  reads = { standings: 0, tokens: 0, chunks: [], atOnce: 0 };
  gate = null;
  delays = [];
  looks = async () => standing;
});

async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise(setImmediate);
}

function tokenBlocks(limits: Parameters<typeof settingsWith>[0] = {}): TokenBlocks & { ask: typeof ask } {
  const settings = settingsWith(limits);
  let filling = 0;
  const source = {
    async fill(_file: unknown, start: number, into: Buffer) {
      reads.chunks.push(start);
      filling += 1;
      reads.atOnce = Math.max(reads.atOnce, filling);
      await gate;
      filling -= 1;
      FILE.copy(into, 0, start);
    },
  };
  const blocks = createTokenBlocks({
    tokens: {
      async find(token) {
        reads.tokens += 1;
        return token.startsWith('known') ? { taskId: task._id, attempt: 1, fileIndex: 0, expiresAt: new Date(86_400_000) } : null;
      },
    },
    standings: {
      async ofTask() {
        reads.standings += 1;
        return looks();
      },
    },
    fileOf: async () => file,
    reader: createBlockReader(source, smallBlocks(settings.limits)),
    meter: { add: () => undefined, flush: async () => undefined, close: async () => undefined },
    onOpened: async () => undefined,
    limits: settings.limits,
    clock: () => new Date(now),
    now: () => now,
    delay: (ms) => new Promise<void>((end) => delays.push({ ms, end })),
  });
  const ask = async (offset = 0, token = 'known', peer = 'peer') =>
    (await blocks.read(token, { peer, deviceId: null }, { offset, length: 1_024 })).kind;
  return { ...blocks, ask };
}
declare function ask(offset?: number, token?: string, peer?: string): Promise<string>;

test('R-DL-4 a block that is in memory is answered at once, until after a second its task is looked at again', async () => {
  const { read, ask } = tokenBlocks();
  const asker = { peer: 'peer', deviceId: null };
  expect(await ask(0)).toBe('block');
  expect(read('known', asker, { offset: 1_024, length: 1_024 })).toMatchObject({ kind: 'block', bytes: FILE.subarray(1_024, 2_048) });
  now += 1_000;
  const later = read('known', asker, { offset: 2_048, length: 1_024 });
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toMatchObject({ kind: 'block', bytes: FILE.subarray(2_048, 3_072) });
});

test('R-DL-5 a token whose task has ended in another process is refused after a second, and in this one at once', async () => {
  const { ask, forget } = tokenBlocks();
  expect(await ask()).toBe('block');
  standing = { ...standing, task: { ...task, active: false, status: 'CANCELED' } };
  now = 999;
  expect(await ask()).toBe('block');
  now = 1_000;
  expect(await ask()).toBe('refused');
  standing = { ...standing, task };
  now = 2_000;
  expect(await ask()).toBe('block');
  standing = { ...standing, device: null };
  forget([task.deviceId]);
  expect(await ask()).toBe('refused');
});

test('R-DL-7 one second of one token costs one read of its task, whatever it is asked for', async () => {
  const { ask } = tokenBlocks();
  for (now = 0; now < 1_000; now += 10) await Promise.all([ask(), ask(1_024)]);
  expect([reads.tokens, reads.standings]).toEqual([1, 1]);
  now = 1_000;
  await Promise.all([ask(), ask(1_024)]);
  expect([reads.tokens, reads.standings]).toEqual([1, 2]);
});

test('R-DL-7 while the store does not answer a download that runs goes on; one that begins, or whose end was told of, waits for it', async () => {
  const { ask, forget } = tokenBlocks();
  expect(await ask()).toBe('block');
  const fails: ((error: Error) => void)[] = [];
  looks = () => new Promise((_, reject) => fails.push(reject));
  now = 1_000;
  const first = ask(1_024);
  await until(() => delays.length === 1);
  expect(delays[0]?.ms).toBe(500);
  delays[0]?.end();
  expect(await first).toBe('block');
  // The others do not wait for the same once more.
  expect([await ask(2_048), await ask(3_072)]).toEqual(['block', 'block']);
  const begins = ask(0, 'known too');
  await until(() => fails.length === 2);
  fails[1]?.(new Error('no store'));
  await expect(begins).rejects.toThrow('no store');
  forget([task.deviceId]);
  const told = ask(4_096);
  await until(() => fails.length === 3);
  fails[2]?.(new Error('no store'));
  await expect(told).rejects.toThrow('no store');
  looks = async () => standing;
  expect(await ask(4_096)).toBe('block');
});

test('R-DL-7 what was read before the end of the task was told of lets nobody in', async () => {
  const { ask, forget } = tokenBlocks();
  const reading: (() => void)[] = [];
  const before = standing;
  looks = () => new Promise((resolve) => reading.push(() => resolve(before)));
  const asked = ask();
  await until(() => reading.length === 1);
  standing = { ...standing, task: { ...task, active: false, status: 'CANCELED' } };
  looks = async () => standing;
  forget([task.deviceId]);
  reading[0]?.();
  expect(await asked).toBe('refused');
});

test('R-DL-7 what was refused because the notification had not left is looked at again at once', async () => {
  const { ask } = tokenBlocks();
  standing = { ...standing, task: { ...task, status: 'QUEUED' } };
  expect(await ask()).toBe('refused');
  standing = { ...standing, task };
  expect(await ask()).toBe('block');
});

test('R-SAFE-3 unknown tokens are not kept', async () => {
  const { ask } = tokenBlocks();
  expect([await ask(0, 'guessed'), await ask(0, 'guessed')]).toEqual(['unknown', 'unknown']);
  expect(reads.tokens).toBe(2);
});

test('R-DL-7 more requests with a token than may be in a second are answered in the next one, a few of them', async () => {
  const { ask } = tokenBlocks({ blockRequestsPerToken: 3 });
  now = 400;
  expect([await ask(), await ask(), await ask()]).toEqual(['block', 'block', 'block']);
  expect(await ask(0, 'known too')).toBe('block');
  const further = Array.from({ length: 5 }, () => ask());
  expect(await further[4]).toBe('too_fast');
  expect(delays.map(({ ms }) => ms)).toEqual([600, 600, 600, 600]);
  now = 1_000;
  for (const { end } of delays.splice(0)) end();
  expect(await Promise.all(further.slice(0, 3))).toEqual(['block', 'block', 'block']);
  // The fourth has to wait once more.
  expect(delays.map(({ ms }) => ms)).toEqual([1_000]);
  now = 2_000;
  for (const { end } of delays.splice(0)) end();
  expect(await further[3]).toBe('block');
});

test('R-DL-7 as many peers of a token as may be are answered', async () => {
  const { ask } = tokenBlocks({ downloadsPerToken: 1 });
  expect([await ask(0, 'known', 'a'), await ask(0, 'known', 'b'), await ask(0, 'known', 'a')]).toEqual(['block', 'block', 'limit']);
});

test('R-SAFE-3 reads of the package store at once, and requests that wait, are as many as may be', async () => {
  const { ask } = tokenBlocks({ blockReads: 2, blocksWaiting: 4 });
  let open = (): void => undefined;
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const waiting = [0, 1, 2, 3].map((chunk) => ask(chunk * CHUNK));
  expect(await ask()).toBe('busy');
  open();
  expect(await Promise.all(waiting)).toEqual(['block', 'block', 'block', 'block']);
  expect(reads.atOnce).toBe(2);
  expect(await ask()).toBe('block');
});

test('R-SAFE-3 tokens that are looked for at once are as many as may be, and take no place of those that are known', async () => {
  const { ask } = tokenBlocks({ blocksWaiting: 2 });
  expect(await ask()).toBe('block');
  const guesses = [ask(0, 'one'), ask(0, 'two'), ask(0, 'three')];
  expect(await Promise.all([...guesses, ask(), ask(1_024)])).toEqual(['unknown', 'unknown', 'busy', 'block', 'block']);
});

test('R-DL-6 a file that many download is fetched once, and each part of it before its first block is asked for', async () => {
  const { ask } = tokenBlocks({ downloadsPerToken: 10 });
  for (let offset = 0; offset < FILE.length; offset += 1_024) {
    await ask(offset, 'known', 'one');
    await ask(offset, 'known', 'two');
    expect(reads.chunks.length).toBe(Math.min(4, Math.floor(offset / CHUNK) + 2));
  }
  expect(reads.chunks).toEqual([0, CHUNK, CHUNK * 2, CHUNK * 3]);
});
